// What is seen of real heads: experts' outputs, weighted, are what the head says; on every grid.

#include "analysis/routing/routed_samples.hpp"

#include <gtest/gtest.h>

#include "analysis/routing/expert_similarity.hpp"
#include "analysis/routing/gate_rule.hpp"
#include "ops/ref/tensors.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t kSamples = 7;

struct Seen {
  RoutedSamples samples;
  std::vector<double> logits;  // of the head, this rank's samples
};

Seen see(Backend& backend, Communicator& group, HeadKind head, int ep) {
  const ModelConfig config = tiny_config(head);
  auto classifier = tiny_classifier(backend, group, config, ep);
  const Batch batch = tiny_share(backend, group, kSamples);
  Tape tape(backend, Recording::off);
  const ForwardContext context = classifier->context(tape, Mode::eval, batch.sample_ids);
  const auto output = classifier->model().forward(context, tape.constant(batch.images));
  Seen seen{RoutedSamples(config.head.experts, config.classes),
            values(backend, output.head.logits.value())};
  seen.samples.add(*classifier, context, output, batch.labels);
  return seen;
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
    const Seen seen = see(backend, world(), GetParam(), ep);
    const auto classes = static_cast<std::size_t>(seen.samples.classes());
    for (std::size_t i = 0; i < seen.samples.size(); ++i) {
      for (std::size_t c = 0; c < classes; ++c) {
        double mixed = 0;
        for (int e = 0; e < seen.samples.experts(); ++e)
          mixed +=
              seen.samples.weights(i)[static_cast<std::size_t>(e)] * seen.samples.output(i, e)[c];
        EXPECT_NEAR(mixed, seen.logits[i * classes + c], 1e-12);
      }
    }
  }
}

TEST_P(RoutedHeads, WeighByTheRule) {
  RefBackend backend;
  const Seen seen = see(backend, world(), GetParam(), 1);
  const GateRule rule = gate_rule(tiny_config(GetParam()).head);
  for (std::size_t i = 0; i < seen.samples.size(); ++i) {
    const std::vector<double> expected = gate_weights(rule, seen.samples.gate_logits(i));
    for (std::size_t e = 0; e < expected.size(); ++e)
      EXPECT_NEAR(seen.samples.weights(i)[e], expected[e], 1e-13);
  }
}

TEST_P(RoutedHeads, AreTheSameOnEveryGrid) {
  RefBackend backend;
  auto alone = make_self_communicator();
  const Seen whole = see(backend, *alone, GetParam(), 1);
  const Seen share = see(backend, world(), GetParam(), 0);
  for (std::size_t i = 0; i < share.samples.size(); ++i) {
    const std::size_t same = place_of(share.samples.id(i), whole.samples);
    EXPECT_EQ(share.samples.label(i), whole.samples.label(same));
    for (int e = 0; e < share.samples.experts(); ++e)
      for (std::size_t c = 0; c < static_cast<std::size_t>(share.samples.classes()); ++c)
        EXPECT_NEAR(share.samples.output(i, e)[c], whole.samples.output(same, e)[c], 1e-12);
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
