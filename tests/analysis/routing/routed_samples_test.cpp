// What is seen of real heads: experts' outputs, weighted, are what the head says; on every grid.

#include "analysis/routing/routed_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "analysis/routing/expert_similarity.hpp"
#include "analysis/routing/gate_rule.hpp"
#include "ops/ref/tensors.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t kSamples = 7;

RoutedSamples see(Backend& backend, Communicator& group, HeadKind head, int ep) {
  const ModelConfig config = tiny_config(head);
  auto classifier = tiny_classifier(backend, group, config, ep);
  const Batch batch = tiny_share(backend, group, kSamples);
  Tape tape(backend, Recording::off);
  const ForwardContext context = classifier->context(tape, Mode::eval, batch.sample_ids);
  const auto output = classifier->model().forward(context, tape.constant(batch.images));
  RoutedSamples samples(config.head.experts, config.classes);
  samples.add(*classifier, context, output, batch.labels);
  return samples;
}

std::size_t place_of(std::int64_t id, const RoutedSamples& samples) {
  std::size_t i = 0;
  while (samples.id(i) != id) ++i;
  return i;
}

class RoutedHeads : public ::testing::TestWithParam<HeadKind> {};

TEST_P(RoutedHeads, AreTheirExpertsOutputsWeighted) {
  RefBackend backend;
  for (int ep = 1; ep <= world().size(); ++ep) {
    if (world().size() % ep != 0) continue;
    const RoutedSamples seen = see(backend, world(), GetParam(), ep);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(seen.classes()); ++c) {
        double mixed = 0;
        for (int e = 0; e < seen.experts(); ++e)
          mixed += seen.weights(i)[static_cast<std::size_t>(e)] * seen.output(i, e)[c];
        EXPECT_NEAR(mixed, seen.logits(i)[c], 1e-12);
      }
    }
  }
}

TEST_P(RoutedHeads, WeighByTheRule) {
  RefBackend backend;
  const RoutedSamples seen = see(backend, world(), GetParam(), 1);
  const GateRule rule = gate_rule(tiny_config(GetParam()).head);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const std::vector<double> expected = gate_weights(rule, seen.gate_logits(i));
    for (std::size_t e = 0; e < expected.size(); ++e)
      EXPECT_NEAR(seen.weights(i)[e], expected[e], 1e-13);
  }
}

TEST_P(RoutedHeads, LeadByTheirMargin) {
  RefBackend backend;
  const RoutedSamples seen = see(backend, world(), GetParam(), 1);
  const HeadConfig head = tiny_config(GetParam()).head;
  const auto k = static_cast<std::size_t>(head.is_sparse() ? head.active_experts() : 1);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    std::vector<double> sorted(seen.gate_logits(i).begin(), seen.gate_logits(i).end());
    std::ranges::sort(sorted, std::greater());
    EXPECT_DOUBLE_EQ(seen.margin(i).value(), sorted[k - 1] - sorted[k]);
  }
}

TEST_P(RoutedHeads, AreTheSameOnEveryGrid) {
  RefBackend backend;
  auto alone = make_self_communicator();
  const RoutedSamples whole = see(backend, *alone, GetParam(), 1);
  const RoutedSamples share = see(backend, world(), GetParam(), 0);
  for (std::size_t i = 0; i < share.size(); ++i) {
    const std::size_t same = place_of(share.id(i), whole);
    EXPECT_EQ(share.label(i), whole.label(same));
    for (int e = 0; e < share.experts(); ++e)
      for (std::size_t c = 0; c < static_cast<std::size_t>(share.classes()); ++c)
        EXPECT_NEAR(share.output(i, e)[c], whole.output(same, e)[c], 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, RoutedHeads,
                         ::testing::Values(HeadKind::soft_moe, HeadKind::sparse_moe,
                                           HeadKind::hard_moe));

TEST(ParameterCosines, AreThoseOfTheWholeModelOnEveryGrid) {
  RefBackend backend;
  auto alone = make_self_communicator();
  auto whole = tiny_classifier(backend, *alone, tiny_config(HeadKind::sparse_moe), 1);
  auto shared = tiny_classifier(backend, world(), tiny_config(HeadKind::sparse_moe), 0);
  const std::vector<double> expected = parameter_cosines(*whole),
                            found = parameter_cosines(*shared);
  ASSERT_EQ(found.size(), 25u);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-14);
  for (std::size_t e = 0; e < 5; ++e) EXPECT_NEAR(found[e * 5 + e], 1, 1e-14);
  EXPECT_LT(std::abs(found[1]), 0.9);
}

}  // namespace
}  // namespace switchyard::test
