#include "profile/step_scope.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace switchyard {
namespace {

constexpr ProfileWindow kWindow{0, 2};

TEST(StepScope, KeepsAStepThatIsDone) {
  Recorder recorder(StepKind::training, kWindow);
  {
    StepScope step(&recorder, StepKind::training, 1);
    EXPECT_TRUE(recorder.recording());
    { const ZoneScope zone(&recorder, Zone::experts); }
    step.end();
    EXPECT_FALSE(recorder.watching());
  }
  const RankProfile profile = recorder.take();
  ASSERT_EQ(profile.steps.size(), 1u);
  EXPECT_EQ(profile.steps[0].number, 1);
  EXPECT_EQ(profile.zones.size(), 1u);
}

TEST(StepScope, ForgetsAStepThatIsLeft) {
  Recorder recorder(StepKind::training, kWindow);
  {
    const StepScope step(&recorder, StepKind::training, 0);
    const ZoneScope zone(&recorder, Zone::data);
  }
  EXPECT_FALSE(recorder.watching());
  auto failing = [&] {
    const StepScope step(&recorder, StepKind::training, 1);
    const ZoneScope zone(&recorder, Zone::experts);
    throw std::runtime_error("planted");
  };
  EXPECT_THROW(failing(), std::runtime_error);
  EXPECT_FALSE(recorder.watching());
  const RankProfile profile = recorder.take();
  EXPECT_TRUE(profile.steps.empty());
  EXPECT_TRUE(profile.zones.empty());
}

TEST(StepScope, OfAnotherKindLeavesTheStepAroundItAlone) {
  Recorder recorder(StepKind::training, kWindow);
  StepScope around(&recorder, StepKind::training, 0);
  { const StepScope within(&recorder, StepKind::evaluation, 0); }
  EXPECT_TRUE(recorder.recording());
  around.end();
  EXPECT_EQ(recorder.take().steps.size(), 1u);
}

TEST(StepScope, EndsTheWindowWithItsLastStepOnce) {
  Recorder recorder(StepKind::training, kWindow);
  int finished = 0;
  recorder.on_finished = [&] { ++finished; };
  for (int number = 0; number < 5; ++number) {
    EXPECT_EQ(finished, number > 3 ? 1 : 0) << number;
    StepScope step(&recorder, StepKind::training, number);
    step.end();
  }
  EXPECT_EQ(finished, 1);
}

TEST(StepScope, IsNothingWithoutARecorder) {
  StepScope step(nullptr, StepKind::training, 0);
  EXPECT_NO_THROW(step.end());
}

}  // namespace
}  // namespace switchyard
