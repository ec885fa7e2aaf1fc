// Against the check values that the fixtures' description gives for seed 101.

#include "apps/parity/hash_weights.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchyard::parity {
namespace {

const HashWeights hash(101);

TEST(HashWeights, Weights) {
  Tensor w = hash.state("backbone.conv1.weight", {64, 3, 3, 3});
  EXPECT_FLOAT_EQ(w.data<float>()[0], -0.465618461f);
  EXPECT_FLOAT_EQ(w.data<float>()[1], 0.0699929073f);
  EXPECT_FLOAT_EQ(w.data<float>()[2], -0.188057631f);
  Tensor norm = hash.state("backbone.layer1.0.bn2.weight", {64});
  EXPECT_FLOAT_EQ(norm.data<float>()[0], 0.430882335f);
  EXPECT_FLOAT_EQ(norm.data<float>()[1], 0.584292531f);
}

TEST(HashWeights, Batch) {
  EXPECT_FLOAT_EQ(hash.images(4).data<float>()[0], 1.09798813f);
  Tensor labels = hash.labels(8);
  auto y = labels.span<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(y.begin(), y.end()),
            (std::vector<std::int64_t>{4, 4, 8, 7, 1, 6, 2, 1}));
}

TEST(HashWeights, Direction) {
  Tensor direction = hash.direction("backbone.conv1.weight", {8});
  auto v = direction.span<float>();
  EXPECT_EQ(std::vector<float>(v.begin(), v.end()),
            (std::vector<float>{1, 1, 1, 1, -1, -1, 1, -1}));
}

}  // namespace
}  // namespace switchyard::parity
