// Marks on a device against work that says by the host's clock when it ran.

#include "profile/cuda/cuda_timer.hpp"

#include <gtest/gtest.h>

#include "profile/cuda/stream_work.hpp"
#include "profile/recorder.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::error_text;

// Between the clocks, at most; anchors are far better than this on a machine that is not
// overloaded.
constexpr std::int64_t kSlack = 2'000'000;

class CudaTimerTest : public ::testing::Test {
 protected:
  std::int64_t mark(DeviceStream stream = DeviceStream::compute) { return timer.mark(stream); }
  TimeSpan between(std::int64_t from, std::int64_t to) {
    return {timer.when(from), timer.when(to)};
  }
  static void expect_near(TimeSpan measured, TimeSpan truth) {
    EXPECT_GE(measured.length(), truth.length() - 1000) << "a device's clock counts by 0.5 us";
    EXPECT_LE(measured.begin, truth.begin + kSlack);
    EXPECT_GE(measured.end, truth.end - kSlack);
  }

  test::StreamWork work;  // outlives the device, which ends what was put on it
  std::unique_ptr<CudaDevice> device = open_cuda_device(0);
  CudaTimer timer{*device};
};

TEST_F(CudaTimerTest, MarksLieAroundTheWorkBetweenThem) {
  const std::int64_t before = host_clock();
  const auto first = mark();
  const TimeSpan& early = work.pause(device->stream(), 3ms);
  const auto second = mark();
  const TimeSpan& late = work.pause(device->stream(), 2ms);
  const auto third = mark();
  expect_near(between(first, second), early);
  expect_near(between(second, third), late);
  EXPECT_GE(timer.when(first), before - kSlack);
  EXPECT_LE(timer.when(third), host_clock() + kSlack);
}

TEST_F(CudaTimerTest, MarksOfOneStreamNeverGoBack) {
  for (int i = 0; i < 500; ++i) mark();
  for (int i = 1; i < 500; ++i) EXPECT_LE(timer.when(i - 1), timer.when(i));
}

TEST_F(CudaTimerTest, MarksMayBeReadInAnyOrderAndMoreMayFollow) {
  const auto first = mark();
  work.pause(device->stream(), 1ms);
  const auto second = mark();
  const std::int64_t later = timer.when(second);
  const std::int64_t earlier = timer.when(first);
  EXPECT_GE(later - earlier, 1'000'000 - 1000);
  const auto third = mark();
  EXPECT_GE(timer.when(third), later - kSlack);
  EXPECT_GE(timer.when(third), timer.when(second));
}

TEST_F(CudaTimerTest, AMarkIsEnqueuedAndNotWaitedFor) {
  const TimeSpan& pause = work.pause(device->stream(), 100ms);
  if (pause.end != 0) GTEST_SKIP() << "this device does its work before the host goes on";
  const auto behind = mark();
  EXPECT_EQ(pause.end, 0) << "the mark came back after the work before it";
  expect_near({pause.begin, timer.when(behind)}, pause);
}

TEST_F(CudaTimerTest, ExchangesHaveTheComputingStreamUntilTheyGetTheirOwn) {
  EXPECT_FALSE(timer.exchanges_apart());
  const TimeSpan& pause = work.pause(device->stream(), 2ms);
  const auto exchanged = mark(DeviceStream::exchange);
  EXPECT_GE(timer.when(exchanged), pause.end - kSlack);
}

TEST_F(CudaTimerTest, AnExchangeComesBehindTheComputingThatItIsOrderedAfter) {
  CudaStream exchange = make_stream();
  device->set_exchange_stream(exchange.get());
  EXPECT_TRUE(timer.exchanges_apart());
  const auto idle = mark(DeviceStream::exchange);
  work.pause(device->stream(), 3ms);
  const auto computed = mark();
  order_after(exchange.get(), device->stream());
  const TimeSpan& transfer = work.pause(exchange.get(), 2ms);
  const auto exchanged = mark(DeviceStream::exchange);
  order_after(device->stream(), exchange.get());
  const auto waited = mark();
  EXPECT_LE(timer.when(idle), timer.when(computed));
  expect_near(between(computed, exchanged), transfer);
  expect_near(between(computed, waited), transfer);
  EXPECT_GE(timer.when(waited), timer.when(exchanged));
}

TEST_F(CudaTimerTest, IsRefusedWithinARecording) {
  const std::string text =
      error_text(ExitCode::run_failed, [&] { device->capture([&] { mark(); }); });
  EXPECT_TRUE(contains(text, "recorded as a CUDA graph")) << text;
  EXPECT_EQ(mark(), 0) << "and was never made";
}

TEST_F(CudaTimerTest, CountsAnewWhenCleared) {
  mark();
  const std::int64_t old = timer.when(mark());
  timer.clear();
  EXPECT_EQ(mark(), 0);
  EXPECT_GE(timer.when(0), old - kSlack);
}

TEST_F(CudaTimerTest, ZonesNestOnTheDevice) {
  Recorder recorder(StepKind::training, {.first = 0, .last = 1}, &timer);
  recorder.begin_step(StepKind::training, 0);
  {
    const ZoneScope outer(&recorder, Zone::experts);
    work.pause(device->stream(), 1ms);
    {
      const ZoneScope inner(&recorder, Zone::dispatch);
      work.pause(device->stream(), 2ms);
    }
    work.pause(device->stream(), 1ms);
  }
  recorder.end_step(StepKind::training);
  const RankProfile profile = recorder.take();
  ASSERT_EQ(profile.zones.size(), 2u);
  const TimeSpan step = profile.steps[0].device;
  const TimeSpan outer = profile.zones[0].device, inner = profile.zones[1].device;
  EXPECT_EQ(profile.zones[1].parent, 0);
  EXPECT_LE(step.begin, outer.begin);
  EXPECT_GE(inner.begin - outer.begin, 1'000'000 - 1000);
  EXPECT_GE(inner.length(), 2'000'000 - 1000);
  EXPECT_GE(outer.end - inner.end, 1'000'000 - 1000);
  EXPECT_LE(outer.end, step.end);
}

}  // namespace
}  // namespace switchyard
