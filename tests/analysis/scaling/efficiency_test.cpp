#include "analysis/scaling/efficiency.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/normal_order.hpp"

namespace switchyard {
namespace {

TEST(Efficiency, ByHand) {
  EXPECT_DOUBLE_EQ(strong_efficiency(1, 8, 4, 2.5), 0.8);
  EXPECT_DOUBLE_EQ(strong_efficiency(2, 6, 4, 3), 1.0);
  EXPECT_DOUBLE_EQ(weak_efficiency(3, 4), 0.75);
}

TEST(Efficiency, KarpFlattFindsAmdahlsSerialShare) {
  const double serial = 0.05;
  for (double p : {2.0, 8.0, 1024.0})
    EXPECT_NEAR(karp_flatt(1 / (serial + (1 - serial) / p), p), serial, 1e-12);
  EXPECT_NEAR(karp_flatt(4, 4), 0, 1e-12);
}

// Of two normal numbers it is 1/sqrt(pi), of a thousand 3.2414 (tables of Harter 1961).
TEST(LargestOfNormalNumbers, IsNearItsExactValues) {
  EXPECT_EQ(expected_largest(1), 0);
  EXPECT_NEAR(expected_largest(2), 0.5642, 0.03);
  EXPECT_NEAR(expected_largest(1000), 3.2414, 0.02);
}

}  // namespace
}  // namespace switchyard
