// Counts of samples that are small enough to be counted by hand.

#include "analysis/routing/routing_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/routing/expert_similarity.hpp"

namespace switchyard {
namespace {

// Three experts, two classes, the best two are taken. Expert 0 says class 0, expert 1 class 1, and
// expert 2 class 1 too, more strongly.
class Sums : public ::testing::Test {
 protected:
  Sums() {
    add(0, {3, 1, 0}, {0.75, 0.25, 0}, {0.75, 0.25});
    add(1, {0, 2, 2}, {0, 0.5, 0.5}, {2.5, 4.5});
  }
  void add(std::int32_t label, const std::vector<double>& gate_logits,
           const std::vector<double>& weights, const std::vector<double>& logits) {
    samples_.add({.label = label,
                  .gate_logits = gate_logits,
                  .weights = weights,
                  .margin = {},
                  .logits = logits,
                  .outputs = {1, 0, 0, 1, 5, 8}});
  }
  RoutedSamples samples_{3, 2};
  GateRule rule_{.k = 2};
};

TEST_F(Sums, CountWhereClassesGo) {
  const RoutingSums sums = routing_sums(samples_, rule_);
  EXPECT_EQ(sums.class_weights, (std::vector<double>{0.75, 0.25, 0, 0, 0.5, 0.5}));
  EXPECT_EQ(sums.class_shares, sums.class_weights);
  EXPECT_EQ(sums.class_top, (std::vector<double>{1, 0, 0, 0, 1, 0}));
}

// Weights of the softmax over all experts do not add up to 1.
TEST_F(Sums, ShareOutASampleWhateverItsWeightsAddUpTo) {
  add(1, {0, 1, 0}, {0, 0.25, 0}, {0, 0.25});
  const RoutingSums sums = routing_sums(samples_, rule_);
  EXPECT_EQ(sums.class_weights, (std::vector<double>{0.75, 0.25, 0, 0, 0.75, 0.5}));
  EXPECT_EQ(sums.class_shares, (std::vector<double>{0.75, 0.25, 0, 0, 1.5, 0.5}));
}

TEST_F(Sums, CountExpertsByThemselves) {
  const RoutingSums sums = routing_sums(samples_, rule_);
  EXPECT_EQ(sums.alone_correct, (std::vector<double>{1, 1, 1}));
  const double wrong = std::log(1 + std::exp(1)), right = std::log(1 + std::exp(-1));
  EXPECT_NEAR(sums.alone_loss[0], wrong + right, 1e-15);
  EXPECT_NEAR(sums.alone_loss[2], std::log(1 + std::exp(3)) + std::log(1 + std::exp(-3)), 1e-15);
}

// Without expert 0 the first sample goes to experts 1 and 2, and is wrong; the second is as it was.
TEST_F(Sums, CountTheMixtureWithoutAnExpert) {
  const RoutingSums sums = routing_sums(samples_, rule_);
  EXPECT_EQ(sums.without_correct, (std::vector<double>{1, 2, 2}));
  const double first = 1 / (1 + std::exp(-1));  // weight of expert 1 beside expert 2
  const double lead = first * (1 - 0) + (1 - first) * (8 - 5);
  EXPECT_NEAR(sums.without_loss[0],
              std::log(1 + std::exp(lead)) + std::log(1 + std::exp(-(0.5 * 1 + 0.5 * 3))), 1e-14);
}

TEST_F(Sums, CompareOutputsWithoutTheirShift) {
  const RoutingSums sums = routing_sums(samples_, rule_);
  const std::vector<double> alike = cosines(sums.output_products, 3);
  const std::vector<double> expected = {1, -1, -1, -1, 1, 1, -1, 1, 1};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(alike[i], expected[i], 1e-15);
  EXPECT_EQ(sums.same_class, (std::vector<double>{2, 0, 0, 0, 2, 2, 0, 2, 2}));
}

TEST_F(Sums, OfBatchesAddUp) {
  RoutingSums all = routing_sums(samples_, rule_);
  add(0, {1, 3, 0}, {0.25, 0.75, 0}, {0.25, 0.75});
  const RoutingSums three = routing_sums(samples_, rule_);
  samples_ = RoutedSamples(3, 2);
  add(0, {1, 3, 0}, {0.25, 0.75, 0}, {0.25, 0.75});
  all.add(routing_sums(samples_, rule_));
  EXPECT_EQ(all.class_weights, three.class_weights);
  EXPECT_EQ(all.class_top, three.class_top);
  EXPECT_EQ(all.without_correct, three.without_correct);
  EXPECT_EQ(all.same_class, three.same_class);
  EXPECT_NEAR(all.alone_loss[1], three.alone_loss[1], 1e-14);
}

TEST_F(Sums, KnowTheFirstExpertAndTheClass) {
  EXPECT_EQ(top_expert(samples_, 0), 0);
  EXPECT_EQ(top_expert(samples_, 1), 1);
  EXPECT_EQ(predicted_class(samples_, 0), 0);
  EXPECT_EQ(predicted_class(samples_, 1), 1);
}

TEST(Cosines, BesideAVectorOfZerosAreZero) {
  EXPECT_EQ(cosines(std::vector<double>{4, 0, 0, 0}, 2), (std::vector<double>{1, 0, 0, 0}));
}

}  // namespace
}  // namespace switchyard
