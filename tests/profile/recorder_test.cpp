#include "profile/recorder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchyard {
namespace {

constexpr ProfileWindow kWindow{2, 4};  // timed: 1 and 4

/// A device on which everything happens a thousand times later than the host asks for it.
class LateTimer final : public DeviceTimer {
 public:
  std::int64_t mark(DeviceStream stream) override {
    marks.push_back(next += stream == DeviceStream::compute ? 10 : 1);
    return static_cast<std::int64_t>(marks.size()) - 1;
  }
  std::int64_t when(std::int64_t mark) override {
    return 1000 * marks[static_cast<std::size_t>(mark)];
  }
  void clear() override { marks.clear(); }
  void begin_range(const char* name) override { ranges.emplace_back(name); }
  void end_range() override { ranges.emplace_back("end"); }

  std::int64_t next = 0;
  std::vector<std::int64_t> marks;
  std::vector<std::string> ranges;
};

/// Steps 0 to `steps` - 1, each in two nested zones.
void run_steps(Recorder& recorder, int steps) {
  for (int step = 0; step < steps; ++step) {
    recorder.begin_step(StepKind::training, step);
    {
      const ZoneScope outer(&recorder, Zone::backbone);
      const ZoneScope inner(&recorder, Zone::norm_sync, Pass::backward);
      if (recorder.recording()) {
        EXPECT_EQ(recorder.zone(), Zone::norm_sync);
      }
    }
    recorder.end_step(StepKind::training);
  }
}

TEST(Recorder, NotesZonesOfTheWindowAndTimesOfItsNeighbours) {
  Recorder recorder(StepKind::training, kWindow);
  run_steps(recorder, 9);
  const RankProfile profile = recorder.take();

  std::vector<std::int64_t> numbers;
  for (const StepRecord& step : profile.steps) numbers.push_back(step.number);
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(profile.steps[0].role, StepRole::timed);
  EXPECT_EQ(profile.steps[1].role, StepRole::recorded);

  ASSERT_EQ(profile.zones.size(), 4u);  // two of each recorded step
  EXPECT_EQ(profile.zones[0].zone, Zone::backbone);
  EXPECT_EQ(profile.zones[0].parent, -1);
  EXPECT_EQ(profile.zones[1].zone, Zone::norm_sync);
  EXPECT_EQ(profile.zones[1].pass, Pass::backward);
  EXPECT_EQ(profile.zones[1].parent, 0);
  EXPECT_EQ(profile.zones[3].parent, 2);
  EXPECT_EQ(profile.zones[2].step, 2);
  for (const ZoneRecord& zone : profile.zones) {
    const TimeSpan& step = profile.steps[static_cast<std::size_t>(zone.step)].host;
    EXPECT_LE(step.begin, zone.host.begin);
    EXPECT_LE(zone.host.begin, zone.host.end);
    EXPECT_LE(zone.host.end, step.end);
    EXPECT_EQ(zone.host.begin, zone.device.begin);  // there is no device
  }
  EXPECT_TRUE(recorder.take().steps.empty());
}

TEST(Recorder, SaysOnceThatTheWindowIsOver) {
  Recorder recorder(StepKind::training, kWindow);
  int finished = 0;
  recorder.on_finished = [&] { ++finished; };
  run_steps(recorder, 4);
  EXPECT_EQ(finished, 0);
  run_steps(recorder, 9);
  EXPECT_EQ(finished, 1);
}

TEST(Recorder, StepsOfAnotherKindBelongToWhatIsAroundThem) {
  Recorder recorder(StepKind::training, kWindow);
  recorder.begin_step(StepKind::evaluation, 2);
  EXPECT_FALSE(recorder.watching());
  recorder.begin_step(StepKind::training, 2);
  recorder.begin_step(StepKind::evaluation, 0);
  recorder.end_step(StepKind::evaluation);
  EXPECT_TRUE(recorder.recording());
  { const ZoneScope waiting(&recorder, Zone::data); }
  recorder.cancel_step(StepKind::training);
  EXPECT_FALSE(recorder.watching());
  const RankProfile profile = recorder.take();
  EXPECT_TRUE(profile.steps.empty());
  EXPECT_TRUE(profile.zones.empty());
}

TEST(Recorder, TimesOfADeviceAreThoseOfItsMarks) {
  LateTimer timer;
  Recorder recorder(StepKind::training, {0, 1}, &timer);
  run_steps(recorder, 1);
  EXPECT_EQ(timer.ranges, (std::vector<std::string>{"backbone", "batch-norm sync", "end", "end"}));
  const RankProfile profile = recorder.take();
  EXPECT_EQ(profile.steps[0].device.begin, 10000);
  EXPECT_EQ(profile.zones[0].device.begin, 20000);
  EXPECT_EQ(profile.zones[1].device.begin, 30000);
  EXPECT_EQ(profile.zones[1].device.end, 40000);
  EXPECT_EQ(profile.zones[0].device.end, 50000);
  EXPECT_EQ(profile.steps[0].device.end, 60000);
  EXPECT_NE(profile.zones[0].host.begin, profile.zones[0].device.begin);
  EXPECT_TRUE(timer.marks.empty());
}

TEST(Recorder, ACollectiveIsEnteredWhenBothStreamsHaveGotToIt) {
  LateTimer timer;
  Recorder recorder(StepKind::training, {0, 1}, &timer);
  recorder.begin_step(StepKind::training, 0);                                     // 10
  const auto number = recorder.begin_collective({.bytes = 8}, MemoryKind::cuda);  // 20, 21
  recorder.collectives().complete(number, recorder.now(DeviceStream::exchange));  // 22
  const Moment from = recorder.now();                                             // 32
  recorder.collectives().waited(number, from, recorder.now());                    // 42
  recorder.begin_collective({.bytes = 9}, MemoryKind::cuda);  // never seen complete
  recorder.end_step(StepKind::training);
  const RankProfile profile = recorder.take();
  ASSERT_EQ(profile.collectives.size(), 1u);
  const CollectiveRecord& call = profile.collectives[0];
  EXPECT_EQ(call.bytes, 8);
  EXPECT_EQ(call.zone, -1);
  EXPECT_EQ(call.under_way.begin, 21000);
  EXPECT_EQ(call.under_way.end, 22000);
  ASSERT_EQ(call.waits.size(), 1u);
  EXPECT_EQ(call.waits[0].begin, 32000);
  EXPECT_EQ(call.waits[0].length(), 10000);
}

/// A copy that was there all along.
class HostNumbers final : public HostCopy {
 public:
  explicit HostNumbers(std::vector<std::int64_t> numbers) : numbers_(std::move(numbers)) {}
  const void* wait() override { return numbers_.data(); }

 private:
  std::vector<std::int64_t> numbers_;
};

TEST(Recorder, RowsOfExpertsAreDifferencesOfOffsets) {
  Recorder recorder(StepKind::training, {0, 1});
  EXPECT_EQ(recorder.find_group("experts"), -1);
  EXPECT_EQ(recorder.add_group({"world", {0, 1}}), 0);
  EXPECT_EQ(recorder.add_group({"experts", {0, 1}}), 1);
  recorder.begin_step(StepKind::training, 0);
  recorder.count_rows({.owner = {0, 0, 1}, .group = recorder.find_group("experts")},
                      std::make_unique<HostNumbers>(std::vector<std::int64_t>{0, 3, 3, 8}));
  recorder.count_rows({.rows = {4, 4, 4}, .owner = {0, 0, 1}}, nullptr);
  recorder.end_step(StepKind::training);
  const RankProfile profile = recorder.take();
  EXPECT_EQ(profile.routing[0].rows, (std::vector<std::int64_t>{3, 0, 5}));
  EXPECT_EQ(profile.routing[0].group, 1);
  EXPECT_EQ(profile.routing[1].rows, (std::vector<std::int64_t>{4, 4, 4}));
}

TEST(ZoneScope, DoesNothingWithoutARecorderOrOutsideOfRecordedSteps) {
  const ZoneScope nobody(nullptr, Zone::loss);
  Recorder recorder(StepKind::training, kWindow);
  { const ZoneScope early(&recorder, Zone::loss); }
  EXPECT_EQ(recorder.zone(), Zone::other);
  EXPECT_TRUE(recorder.take().zones.empty());
}

}  // namespace
}  // namespace switchyard
