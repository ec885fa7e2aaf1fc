// In which order works are done, how often, and what becomes of their times.

#include "apps/bench/repetition.hpp"

#include <gtest/gtest.h>

#include "profile/recorder.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

/// A device whose clock goes on by a millisecond a mark, times this rank's number plus one.
class CountingTimer final : public DeviceTimer {
 public:
  explicit CountingTimer(std::int64_t step) : step_(step) {}
  std::int64_t mark(DeviceStream) override { return marks_++; }
  std::int64_t when(std::int64_t mark) override { return mark * step_; }
  void clear() override { ++cleared; }
  void begin_range(const char*) override {}
  void end_range() override {}

  int cleared = 0;

 private:
  std::int64_t step_;
  std::int64_t marks_ = 0;
};

class Repetitions : public ::testing::Test {
 protected:
  std::unique_ptr<Backend> backend = make_backend(BackendKind::cpu);
  BenchPlace place{*backend, world()};
};

TEST_F(Repetitions, WarmUpThenTakeTurnsEachRoundBeginningWithAnother) {
  std::string done;
  const Work works[] = {[&] { done += 'a'; }, [&] { done += 'b'; }, [&] { done += 'c'; }};
  const auto measured = measure_in_turn(place, {.warmup = 2, .repeats = 4}, works);
  EXPECT_EQ(done,
            "aabbcc"
            "abc"
            "bca"
            "cab"
            "abc");
  ASSERT_EQ(measured.size(), 3u);
  for (const Measurement& m : measured) {
    ASSERT_EQ(m.host.size(), 4u);
    EXPECT_TRUE(m.device.empty());
    for (const auto& ranks : m.host) {
      ASSERT_EQ(static_cast<int>(ranks.size()), world().size());
      for (double seconds : ranks) EXPECT_GT(seconds, 0);
    }
  }
}

TEST_F(Repetitions, KnowEveryRanksDeviceTimes) {
  constexpr std::int64_t kMillisecond = 1'000'000;
  CountingTimer timer(kMillisecond * (world().rank().value + 1));
  place.timer = &timer;
  const Measurement measured = measure(place, {.warmup = 1, .repeats = 3}, [] {});
  ASSERT_EQ(measured.device.size(), 3u);
  for (const auto& ranks : measured.device)
    for (std::size_t r = 0; r < ranks.size(); ++r)
      EXPECT_NEAR(ranks[r], 1e-3 * static_cast<double>(r + 1), 1e-15);
  EXPECT_EQ(timer.cleared, 3);
}

TEST_F(Repetitions, AreStepsForARecorder) {
  Recorder recorder(StepKind::benchmark, {.first = 1, .last = 3});
  backend->set_recorder(&recorder);
  int recorded = 0;
  measure(place, {.warmup = 2, .repeats = 6}, [&] { recorded += recorder.recording(); });
  EXPECT_EQ(recorded, 2);
  const RankProfile profile = recorder.take();
  ASSERT_EQ(profile.steps.size(), 4u);  // the recorded, and as many around them
  EXPECT_EQ(profile.steps[1].role, StepRole::recorded);
}

TEST(OverRanks, GiveOneNumberARepetition) {
  const RankTimes times = {{1, 2, 6}, {5, 4, 3}};
  EXPECT_EQ(over_ranks(times), (std::vector<double>{6, 5}));
  EXPECT_EQ(over_ranks(times, OverRanks::fastest), (std::vector<double>{1, 3}));
  EXPECT_EQ(over_ranks(times, OverRanks::average), (std::vector<double>{3, 4}));
}

TEST(Ratios, AreOfTheSameRound) {
  EXPECT_EQ(ratios({3, 8, 5}, {2, 4, 5}), (std::vector<double>{1.5, 2, 1}));
}

}  // namespace
}  // namespace switchyard::test
