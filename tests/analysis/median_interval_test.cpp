// Against published tables of order statistics (Conover, Practical Nonparametric Statistics).

#include "analysis/median_interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace switchyard::testing {
namespace {

/// 1, 2, ..., n out of order.
std::vector<double> first_numbers(int n) {
  std::vector<double> values;
  for (int i = n; i >= 1; i -= 2) values.push_back(i);
  for (int i = n - 1; i >= 1; i -= 2) values.push_back(i);
  return values;
}

struct Row {
  int n;
  double low, high, confidence;
};

TEST(MedianInterval, TakesTheOrderStatisticsOfTheTable) {
  for (const Row& row :
       {Row{6, 1, 6, 0.96875}, Row{8, 1, 8, 0.9921875}, Row{9, 2, 8, 0.9609375},
        Row{10, 2, 9, 0.978515625}, Row{20, 6, 15, 0.958610535}, Row{100, 40, 61, 0.964799800}}) {
    const MedianInterval interval = median_interval(first_numbers(row.n));
    EXPECT_EQ(interval.low, row.low) << row.n;
    EXPECT_EQ(interval.high, row.high) << row.n;
    EXPECT_NEAR(interval.confidence, row.confidence, 1e-8) << row.n;
  }
}

TEST(MedianInterval, OfTooFewValuesIsTheirRange) {
  const MedianInterval five = median_interval(first_numbers(5));
  EXPECT_EQ(five.low, 1);
  EXPECT_EQ(five.high, 5);
  EXPECT_NEAR(five.confidence, 0.9375, 1e-12);
  const MedianInterval one = median_interval(first_numbers(1));
  EXPECT_EQ(one.low, one.high);
  EXPECT_NEAR(one.confidence, 0, 1e-12);
}

TEST(MedianInterval, FollowsTheConfidenceThatIsAskedFor) {
  const MedianInterval half = median_interval(first_numbers(10), 0.5);
  EXPECT_EQ(half.low, 4);
  EXPECT_EQ(half.high, 7);
  EXPECT_NEAR(half.confidence, 0.65625, 1e-12);
}

// 2^-n is 0 in double from n = 1075 on; the normal approximation is good to a place by then.
TEST(MedianInterval, ComputesWithThousandsOfValues) {
  constexpr int kValues = 4000;
  const MedianInterval interval = median_interval(first_numbers(kValues));
  EXPECT_NEAR(interval.low, kValues / 2.0 - 0.98 * std::sqrt(kValues), 2);
  EXPECT_NEAR(interval.high, kValues / 2.0 + 0.98 * std::sqrt(kValues), 2);
  EXPECT_GE(interval.confidence, 0.95);
  EXPECT_LT(interval.confidence, 0.955);
}

}  // namespace
}  // namespace switchyard::testing
