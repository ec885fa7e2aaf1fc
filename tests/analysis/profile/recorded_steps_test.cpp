#include "analysis/profile/recorded_steps.hpp"

#include <gtest/gtest.h>

#include "analysis/profile/profile_builder.hpp"
#include "analysis/profile/step_times.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

std::string refusal_of(const std::vector<RankProfile>& profiles) {
  return testing::error_text(ExitCode::run_failed, [&] { RecordedSteps steps{profiles}; });
}

TEST(RecordedSteps, LeaveOutTimedOnes) {
  ProfileBuilder rank(0);
  rank.step(3, {0, 9}, StepRole::timed);
  rank.step(4, {10, 30});
  rank.step(5, {30, 60});
  const auto profiles = profiles_of({rank});
  const RecordedSteps steps{profiles};
  EXPECT_EQ(steps.count(), 2u);
  EXPECT_EQ(steps.number(1), 5);
  EXPECT_EQ(steps.position(0, 0), std::nullopt);
  EXPECT_EQ(steps.position(0, 2), 1u);
  EXPECT_EQ(steps.position(0, 3), std::nullopt);  // of a step that was called off at the end
}

TEST(RecordedSteps, WithoutAnySayWhatToDo) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 9}, StepRole::timed);
  const std::string message = refusal_of(profiles_of({rank}));
  EXPECT_TRUE(testing::contains(message, "no step was recorded on rank 0"));
  EXPECT_TRUE(testing::contains(message, "choose a lower A"));
}

TEST(RecordedSteps, AreTheSameOnAllRanks) {
  ProfileBuilder first(0), second(1);
  first.step(4, {0, 10});
  second.step(5, {0, 10});
  const std::string message = refusal_of(profiles_of({first, second}));
  EXPECT_TRUE(testing::contains(message, "ranks 0 and 1 recorded different steps"));
}

TEST(StepTimes, AreOfEachRankAndOfAllTogether) {
  ProfileBuilder first(0), second(1);
  for (int s = 0; s < 2; ++s) {
    first.step(s, {1000 * s, 1000 * s + 100});
    second.step(s, {1000 * s, 1000 * s + 300 + 200 * s});
  }
  const auto profiles = profiles_of({first, second});
  const StepTimes times = step_times(RecordedSteps{profiles});
  EXPECT_DOUBLE_EQ(times.per_rank[0].mean, 100e-9);
  EXPECT_DOUBLE_EQ(times.per_rank[1].p50, 400e-9);
  EXPECT_DOUBLE_EQ(times.over_ranks.mean, 250e-9);
  EXPECT_DOUBLE_EQ(times.over_ranks.p50, 200e-9);
}

}  // namespace
}  // namespace switchyard
