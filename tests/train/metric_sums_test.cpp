#include "train/metric_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace switchyard {
namespace {

class Measure : public ::testing::Test {
 protected:
  template <class T>
  Tensor tensor(const std::vector<T>& x, Shape shape) {
    return backend_->from_host(x.data(), std::move(shape), dtype_of<T>());
  }

  MetricSums measured(const HeadOutput& output, int experts) {
    Tensor labels = tensor<std::int32_t>({0, 1, 1}, {3});
    Tensor sums = measure(*backend_, output, labels, tensor<float>({2.5f}, {1}));
    EXPECT_EQ(sums.shape(), (Shape{1, count_of_sums(experts)}));
    return MetricSums(experts, sums.span<double>());
  }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
  Tape tape_{*backend_, Recording::off};
  // The second and third of three samples are right.
  Variable logits_ = tape_.constant(tensor<float>({0, 1, -2, -1, 3, 5}, {3, 2}));
  Variable probs_ = tape_.constant(tensor<float>({0.5f, 0.5f, 0, 1, 0.25f, 0.75f}, {3, 2}));
};

TEST_F(Measure, SumsOverSamples) {
  MetricSums sums = measured({.logits = logits_, .routing = {}}, 0);
  EXPECT_EQ(sums.samples(), 3);
  EXPECT_EQ(sums.cross_entropy(), 2.5);
  EXPECT_EQ(sums.correct(), 2);
  EXPECT_EQ(sums.gate_entropy(), 0);
}

TEST_F(Measure, SumsRoutingOverTheChosenExperts) {
  Routing routing;
  routing.probs = probs_;
  routing.chosen = tensor<std::int32_t>({0, 1, 1}, {3, 1});
  MetricSums sums = measured({.logits = logits_, .routing = routing}, 2);
  EXPECT_DOUBLE_EQ(sums.gate_entropy(),
                   std::log(2) - 0.25 * std::log(0.25) - 0.75 * std::log(0.75));
  EXPECT_EQ(sums.probability()[0], 0.75);
  EXPECT_EQ(sums.probability()[1], 2.25);
  EXPECT_EQ(sums.assigned()[0], 1);
  EXPECT_EQ(sums.assigned()[1], 2);
}

TEST_F(Measure, SendsEverySampleToEveryExpertWhereNoneIsChosen) {
  Routing routing;
  routing.probs = probs_;
  MetricSums sums = measured({.logits = logits_, .routing = routing}, 2);
  EXPECT_EQ(sums.assigned()[0], 3);
  EXPECT_EQ(sums.assigned()[1], 3);
}

}  // namespace
}  // namespace switchyard
