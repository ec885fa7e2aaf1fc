// What only an emulated device can be: one with a clock that is off, and with events that are
// counted.

#include <gtest/gtest.h>

#include <cstdlib>

#include "cuda_emulation/stream.hpp"
#include "profile/cuda/cuda_timer.hpp"
#include "profile/cuda/stream_work.hpp"

namespace switchyard {
namespace {

using namespace std::chrono_literals;

TEST(DeviceClock, ThatGoesFastIsPutRight) {
  setenv("CUDA_EMULATION_DRIFT", "500000", 1);  // 300 ms of the host are 450 of the device
  test::StreamWork work;
  auto device = open_cuda_device(0);
  CudaTimer timer(*device);
  timer.mark(DeviceStream::compute);
  const TimeSpan& pause = work.pause(device->stream(), 300ms);
  const auto behind = timer.mark(DeviceStream::compute);
  EXPECT_NEAR(static_cast<double>(timer.when(behind) - pause.end), 0, 30e6);
  unsetenv("CUDA_EMULATION_DRIFT");
}

TEST(DeviceClock, KeepsAnchorsOutOfTimesWhereItIsAsTrueAsTheyTell) {
  auto device = open_cuda_device(0);
  CudaTimer timer(*device);
  const auto first = timer.mark(DeviceStream::compute);
  const auto second = timer.mark(DeviceStream::compute);
  const std::int64_t length = timer.when(second) - timer.when(first);
  timer.when(timer.mark(DeviceStream::compute));  // with another anchor
  EXPECT_NEAR(static_cast<double>(timer.when(second) - timer.when(first) - length), 0, 1);
}

TEST(DeviceClock, EventsAreUsedAgain) {
  auto device = open_cuda_device(0);
  CudaTimer timer(*device);
  const auto use = [&](int marks) {
    for (int i = 0; i < marks; ++i) timer.mark(DeviceStream::compute);
    timer.when(marks - 1);
    timer.clear();
    return cuda_emulation::count_events();
  };
  const auto most = use(100);
  for (int round = 0; round < 5; ++round) EXPECT_EQ(use(90 + round), most);
  EXPECT_GT(use(101), most);
}

}  // namespace
}  // namespace switchyard
