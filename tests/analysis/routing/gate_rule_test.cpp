// Weights from logits beside those of the router's own kernel, with all experts and without one.

#include "analysis/routing/gate_rule.hpp"

#include "ops/ref/tensors.hpp"

namespace switchyard::test {
namespace {

constexpr int kExperts = 5;
constexpr double kTolerance = 1e-14;

// As the kernel has it; experts that are not there have a logit that exp() makes 0 of.
std::vector<double> kernel_weights(RefBackend& backend, const GateRule& rule,
                                   std::vector<double> logits, std::optional<int> without) {
  if (without) logits[static_cast<std::size_t>(*without)] = -1e6;
  const TopKSpec spec{.k = rule.k,
                      .standardize = false,
                      .temperature = rule.temperature,
                      .full_softmax = rule.full_softmax};
  const TopKInputs inputs{.gate_logits = make(backend, {1, kExperts}, logits),
                          .noise_logits = {},
                          .noise = {},
                          .mask = {}};
  return values(backend, backend.route_topk(inputs, spec).probs);
}

TEST(GateRule, IsTheRouters) {
  RefBackend backend;
  for (int k : {1, 2, 4, 5}) {
    for (bool full : {false, true}) {
      const GateRule rule{.k = k, .temperature = 0.7, .full_softmax = full};
      for (std::uint64_t sample = 0; sample < 20; ++sample) {
        const std::vector<double> logits =
            values(backend, noise(backend, {1, kExperts}, 100 + sample));
        const auto expected = kernel_weights(backend, rule, logits, {});
        const auto found = gate_weights(rule, logits);
        for (std::size_t e = 0; e < kExperts; ++e) EXPECT_NEAR(found[e], expected[e], kTolerance);
      }
    }
  }
}

TEST(GateRule, WithoutAnExpertChoosesTheNextOne) {
  RefBackend backend;
  for (int k : {1, 2, 4}) {
    for (bool full : {false, true}) {
      const GateRule rule{.k = k, .temperature = 1.3, .full_softmax = full};
      const std::vector<double> logits = values(backend, noise(backend, {1, kExperts}, 7));
      for (int without = 0; without < kExperts; ++without) {
        const auto expected = kernel_weights(backend, rule, logits, without);
        const auto found = gate_weights(rule, logits, without);
        EXPECT_EQ(found[static_cast<std::size_t>(without)], 0);
        for (std::size_t e = 0; e < kExperts; ++e) EXPECT_NEAR(found[e], expected[e], kTolerance);
      }
    }
  }
}

TEST(GateRule, OfAllButOneOfAllExpertsSharesTheRestOut) {
  const std::vector<double> logits = {0, 0, 0};
  const GateRule rule{.k = 3};
  EXPECT_EQ(gate_weights(rule, logits, 1), (std::vector<double>{0.5, 0, 0.5}));
  EXPECT_EQ(gate_weights({.k = 1}, std::vector<double>{2}, 0), (std::vector<double>{0}));
}

TEST(GateRule, OfEqualLogitsTakesTheLowerExpert) {
  EXPECT_EQ(gate_weights({.k = 1}, std::vector<double>{1, 3, 3}), (std::vector<double>{0, 1, 0}));
}

TEST(GateRule, FollowsTheHead) {
  HeadConfig head;
  head.kind = HeadKind::hard_moe;
  EXPECT_EQ(gate_rule(head).k, 1);
  EXPECT_TRUE(gate_rule(head).full_softmax);
  head.kind = HeadKind::soft_moe;
  head.experts = 6;
  EXPECT_EQ(gate_rule(head).k, 6);
  head.kind = HeadKind::sparse_moe;
  EXPECT_EQ(gate_rule(head).k, 2);
  EXPECT_FALSE(gate_rule(head).full_softmax);
}

}  // namespace
}  // namespace switchyard::test
