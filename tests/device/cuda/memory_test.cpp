// Memory that runs out, and memory that the host must leave alone.

#include <gtest/gtest.h>

#include "device/cuda/caching_allocator.hpp"
#include "device/cuda/cuda_device.hpp"
#include "device_bytes.hpp"
#include "environment.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using test::Environment;
using testing::contains;

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(DeviceMemory, OutOfMemorySaysWhatWasAskedForAndWhatThereIs) {
  Environment small("CUDA_EMULATION_MEMORY", "67108864");
  CachingAllocator allocator(0);
  Block kept = allocator.allocate(30 * kMiB);
  allocator.allocate(12 * kMiB);
  try {
    allocator.allocate(100 * kMiB);
    FAIL() << "more memory than there is";
  } catch (const OutOfMemory& error) {
    EXPECT_TRUE(contains(error.what(),
                         "on CUDA device 0 (asked for 100.0 MiB with 30.0 MiB in "
                         "use and 0.0 MiB kept"));
    EXPECT_TRUE(contains(error.what(), "34.0 MiB of the device's 64.0 MiB are free"));
    EXPECT_TRUE(contains(error.what(), "fewer ranks on this one, or smaller tensors"));
  }
  EXPECT_EQ(allocator.live_bytes(), 30 * kMiB);
}

TEST(DeviceMemory, WhatIsKeptMakesRoomWhenItRunsOut) {
  Environment small("CUDA_EMULATION_MEMORY", "67108864");
  CachingAllocator allocator(0);
  allocator.allocate(30 * kMiB);
  allocator.allocate(20 * kMiB);
  Block large = allocator.allocate(60 * kMiB);
  EXPECT_EQ(allocator.reserved_bytes(), 60 * kMiB);
}

TEST(DeviceMemory, AnErrorThatWasDealtWithIsNotFoundByTheNextCall) {
  Environment small("CUDA_EMULATION_MEMORY", "67108864");
  CachingAllocator allocator(0);
  EXPECT_THROW(allocator.allocate(100 * kMiB), OutOfMemory);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST(DeviceMemory, FreshMemoryHoldsNoUsefulNumbers) {
  auto device = open_cuda_device(0);
  Block block = device->allocator().allocate(4);
  EXPECT_EQ(test::get(*device, block, 4), test::Bytes(4, 0xff));
}

TEST(DeviceMemoryDeathTest, TheHostCannotTouchIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto device = open_cuda_device(0);
  Block block = device->allocator().allocate(64);
  EXPECT_DEATH(*block.get() = std::byte{1}, "");
  EXPECT_DEATH(std::_Exit(*block.get() == std::byte{7}), "");
}

TEST(DeviceMemoryDeathTest, ACopyBeyondTheEndFaults) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto device = open_cuda_device(0);
  Block block = device->allocator().allocate(20 * kMiB);
  EXPECT_DEATH(cudaMemsetAsync(block.get() + 20 * kMiB - 1, 0, 2, device->stream()), "");
}

}  // namespace
}  // namespace switchyard
