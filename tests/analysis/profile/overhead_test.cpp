#include "analysis/profile/overhead.hpp"

#include <gtest/gtest.h>

#include "analysis/median_interval.hpp"
#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

// Steps of 1000 ns and a few more; recorded ones take `more` longer.
std::vector<RankProfile> alternating(int steps, std::int64_t more) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    for (int s = 0; s < steps; ++s) {
      const bool recorded = s % 2 == 0;
      const std::int64_t length = 1000 + s % 6 / 2 - 1 + (recorded ? more : 0) + (r == 0 ? 5 : -5);
      rank.step(s, {5000 * s, 5000 * s + length}, recorded ? StepRole::recorded : StepRole::timed);
    }
  }
  return profiles_of(ranks);
}

TEST(Overhead, IsTheRatioOfMediansLessOne) {
  const auto profiles = alternating(60, 20);
  const Overhead result = overhead(profiles);
  EXPECT_EQ(result.recorded.steps, 30u);
  EXPECT_EQ(result.timed.steps, 30u);
  EXPECT_NEAR(result.recorded.median, 1020e-9, 1e-15);
  EXPECT_NEAR(result.timed.median, 1000e-9, 1e-15);
  EXPECT_NEAR(*result.ratio, 0.02, 1e-9);
  EXPECT_GT(result.interval->lower, 0.017);
  EXPECT_LE(result.interval->lower, *result.ratio);
  EXPECT_GE(result.interval->upper, *result.ratio);
  EXPECT_LT(result.interval->upper, 0.023);
}

TEST(Overhead, RepeatsItsInterval) {
  const auto profiles = alternating(12, 3);
  EXPECT_EQ(overhead(profiles).interval->lower, overhead(profiles).interval->lower);
  EXPECT_EQ(overhead(profiles).interval->upper, overhead(profiles).interval->upper);
}

TEST(Overhead, HasNoIntervalOfTooFewSteps) {
  EXPECT_TRUE(overhead(alternating(12, 3)).interval);
  const Overhead five_timed = overhead(alternating(11, 3));
  EXPECT_EQ(five_timed.recorded.steps, kFewestSteps);
  EXPECT_EQ(five_timed.timed.steps, kFewestSteps - 1);
  EXPECT_TRUE(five_timed.ratio);
  EXPECT_FALSE(five_timed.interval);
}

TEST(Overhead, CallsFewWhatHasNoIntervalOfItsMedian) {
  const std::vector<double> steps(kFewestSteps);
  EXPECT_GE(median_interval(steps).confidence, 0.95);
  EXPECT_LT(median_interval(std::span(steps).first(kFewestSteps - 1)).confidence, 0.95);
}

TEST(Overhead, IsUnknownWithoutTimedSteps) {
  const auto profiles = alternating(1, 0);
  const Overhead result = overhead(profiles);
  EXPECT_EQ(result.timed.steps, 0u);
  EXPECT_FALSE(result.ratio);
  EXPECT_FALSE(result.interval);
}

}  // namespace
}  // namespace switchyard
