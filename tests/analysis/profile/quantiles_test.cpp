#include "analysis/profile/quantiles.hpp"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

TEST(Quantiles, InterpolateBetweenOrderStatistics) {
  const std::vector<double> values = {40, 10, 30, 20};  // numpy.quantile's numbers
  EXPECT_DOUBLE_EQ(quantile(values, 0), 10);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 25);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 37);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 40);
  const Quantiles all = quantiles_of(values);
  EXPECT_DOUBLE_EQ(all.p50, 25);
  EXPECT_DOUBLE_EQ(all.p95, 38.5);
  EXPECT_DOUBLE_EQ(all.p99, 39.7);
  EXPECT_DOUBLE_EQ(all.mean, 25);
}

TEST(Quantiles, OfOneValueAreThatValue) {
  const Quantiles all = quantiles_of({7});
  EXPECT_EQ(all.p50, 7);
  EXPECT_EQ(all.p99, 7);
  EXPECT_EQ(all.mean, 7);
}

TEST(Quantiles, RatioToNothingIsNone) {
  EXPECT_EQ(ratio(3, 2), 1.5);
  EXPECT_EQ(ratio(3, 0), std::nullopt);
}

}  // namespace
}  // namespace switchyard
