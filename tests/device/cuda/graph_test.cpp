// Recorded work.

#include <gtest/gtest.h>

#include <stdexcept>

#include "device/cuda/cuda_device.hpp"
#include "device/cuda/event.hpp"
#include "device_bytes.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using test::Bytes;
using testing::contains;

class Graph : public ::testing::Test {
 protected:
  std::unique_ptr<CudaDevice> device = open_cuda_device(0);
  Block input = device->allocator().allocate(4);
  Block output = device->allocator().allocate(4);

  std::string error_of(const std::function<void()>& work) {
    return switchyard::testing::error_text(ExitCode::run_failed, [&] { device->capture(work); });
  }
};

TEST_F(Graph, RunsOnWhatLiesInItsInputThen) {
  auto program = device->capture([&] { device->copy(input.get(), output.get(), 4); });
  for (std::uint8_t i = 1; i <= 3; ++i) {
    test::put(*device, Bytes(4, i), input);
    program->run();
    EXPECT_EQ(test::get(*device, output, 4), Bytes(4, i));
  }
}

TEST_F(Graph, RecordingDoesNotRun) {
  test::put(*device, {1, 1, 1, 1}, input);
  test::put(*device, {2, 2, 2, 2}, output);
  auto program = device->capture([&] { device->copy(input.get(), output.get(), 4); });
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{2, 2, 2, 2}));
}

TEST_F(Graph, MemoryTakenWithinHoldsItsValuesAfterEachRun) {
  Block result;
  auto program = device->capture([&] {
    Block between = device->allocator().allocate(4);
    device->copy(input.get(), between.get(), 4);
    result = device->allocator().allocate(4);
    device->copy(between.get(), result.get(), 4);
  });
  Block elsewhere = device->allocator().allocate(4);
  for (std::uint8_t i = 1; i <= 3; ++i) {
    test::put(*device, Bytes(4, i), input);
    program->run();
    test::put(*device, Bytes(4, 99), elsewhere);
    EXPECT_EQ(test::get(*device, result, 4), Bytes(4, i));
  }
}

TEST_F(Graph, MemoryReplacedWithinIsReadByLaterRuns) {
  test::put(*device, {1, 2, 3, 4}, input);
  auto program = device->capture([&] {
    device->copy(input.get(), output.get(), 4);
    input.reset();
  });
  Block other = device->allocator().allocate(4);
  test::put(*device, Bytes(4, 99), other);
  program->run();
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{1, 2, 3, 4}));
}

TEST_F(Graph, OtherStreamsMayTakePartThroughEvents) {
  CudaStream side = make_stream();
  auto program = device->capture([&] {
    order_after(side.get(), device->stream());
    SY_CUDA(cudaMemcpyAsync(output.get(), input.get(), 4, cudaMemcpyDeviceToDevice, side.get()));
    order_after(device->stream(), side.get());
  });
  test::put(*device, {1, 2, 3, 4}, input);
  program->run();
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{1, 2, 3, 4}));
}

// Each run doubles the bytes in the input on the host, between two copies.
TEST_F(Graph, StepsOfTheHostRunInTheirPlaces) {
  Block between = device->allocator().allocate(4);
  auto program = device->capture([&] {
    device->copy(input.get(), between.get(), 4);
    device->between([&] {
      EXPECT_FALSE(device->capturing());
      Bytes bytes = test::get(*device, between, 4);
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(2 * byte);
      test::put(*device, bytes, between);
    });
    EXPECT_TRUE(device->capturing());
    device->copy(between.get(), output.get(), 4);
  });
  for (std::uint8_t i = 1; i <= 3; ++i) {
    test::put(*device, Bytes(4, i), input);
    program->run();
    EXPECT_EQ(test::get(*device, output, 4), Bytes(4, static_cast<std::uint8_t>(2 * i)));
  }
}

TEST_F(Graph, StepsOfTheHostMayFollowOneAnotherAndBeAllThereIs) {
  std::string called;
  auto program = device->capture([&] {
    for (char step : {'a', 'b', 'c'}) device->between([&called, step] { called += step; });
  });
  EXPECT_EQ(called, "");
  program->run();
  program->run();
  EXPECT_EQ(called, "abcabc");
}

TEST_F(Graph, StepsOfTheHostAreCalledAtOnceOutsideOfARecording) {
  int called = 0;
  device->between([&] { ++called; });
  EXPECT_EQ(called, 1);
}

// Memory that a step of the host holds is not given to later pieces.
TEST_F(Graph, MemoryOfAStepOfTheHostIsItsOwn) {
  auto program = device->capture([&] {
    Block held = device->allocator().allocate(4);
    device->copy(input.get(), held.get(), 4);
    device->between([] {});
    device->between([this, held] { device->copy(held.get(), output.get(), 4); });
    const std::byte* address = held.get();
    held.reset();
    EXPECT_NE(device->allocator().allocate(4).get(), address);
  });
  test::put(*device, {1, 2, 3, 4}, input);
  program->run();
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{1, 2, 3, 4}));
}

TEST_F(Graph, AFailedStepOfTheHostEndsTheRun) {
  bool fails = true;
  auto program = device->capture([&] {
    device->between([&fails] {
      if (fails) throw std::runtime_error("no");
    });
    device->copy(input.get(), output.get(), 4);
  });
  EXPECT_THROW(program->run(), std::runtime_error);
  fails = false;
  test::put(*device, {1, 2, 3, 4}, input);
  program->run();
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{1, 2, 3, 4}));
}

TEST_F(Graph, KnowsThatItIsBeingRecorded) {
  EXPECT_FALSE(device->capturing());
  device->capture([&] { EXPECT_TRUE(device->capturing()); });
  EXPECT_FALSE(device->capturing());
}

TEST_F(Graph, WorkMustNotTouchTheHost) {
  const Bytes bytes(4);
  EXPECT_TRUE(contains(error_of([&] { test::put(*device, bytes, input); }), "an upload within"));
  EXPECT_TRUE(
      contains(error_of([&] { device->start_download(input.get(), 4); }), "a download within"));
  EXPECT_TRUE(contains(error_of([&] { device->capture([] {}); }), "another recording"));
}

TEST_F(Graph, WorkMustNotWait) {
  EXPECT_TRUE(contains(error_of([&] { device->synchronize(); }), "must not wait"));
}

TEST_F(Graph, AStreamThatIsLeftBehindIsAnError) {
  CudaStream side = make_stream();
  std::string message = error_of([&] { order_after(side.get(), device->stream()); });
  EXPECT_TRUE(contains(message, "cudaErrorStreamCaptureUnjoined"));
}

TEST_F(Graph, AnExceptionEndsTheRecording) {
  EXPECT_THROW(device->capture([&] {
    device->copy(input.get(), output.get(), 4);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_FALSE(device->capturing());
  test::put(*device, {1, 2, 3, 4}, input);
  device->copy(input.get(), output.get(), 4);
  EXPECT_EQ(test::get(*device, output, 4), (Bytes{1, 2, 3, 4}));
}

}  // namespace
}  // namespace switchyard
