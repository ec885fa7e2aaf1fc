#include "device/allocator.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace switchyard {
namespace {

class HostAllocator : public testing::Test {
 protected:
  std::shared_ptr<Allocator> allocator = make_host_allocator();
};

TEST_F(HostAllocator, BlocksAreAligned) {
  for (std::size_t bytes : {0, 1, 63, 64, 100, 5000, 1 << 20}) {
    Block block = allocator->allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.get()) % 64, 0u) << bytes;
  }
}

TEST_F(HostAllocator, CountsLiveAndPeakBytes) {
  EXPECT_EQ(allocator->live_bytes(), 0u);
  Block first = allocator->allocate(1024);
  {
    Block second = allocator->allocate(2048);
    EXPECT_EQ(allocator->live_bytes(), 3072u);
  }
  EXPECT_EQ(allocator->live_bytes(), 1024u);
  EXPECT_EQ(allocator->peak_bytes(), 3072u);
  allocator->reset_peak();
  EXPECT_EQ(allocator->peak_bytes(), 1024u);
}

TEST_F(HostAllocator, RoundsUpByAnEighthAtMost) {
  for (std::size_t bytes : {513u, 1000u, 4097u, 100001u}) {
    Block block = allocator->allocate(bytes);
    EXPECT_GE(allocator->live_bytes(), bytes);
    EXPECT_LE(allocator->live_bytes(), bytes + bytes / 8 + 64);
  }
}

TEST_F(HostAllocator, AFreedBlockServesTheNextOfItsSize) {
  std::byte* address = allocator->allocate(4096).get();
  Block again = allocator->allocate(4096);
  EXPECT_EQ(again.get(), address);
  Block other = allocator->allocate(4096);
  EXPECT_NE(other.get(), address);
}

TEST_F(HostAllocator, BlocksOutliveTheAllocator) {
  Block block = allocator->allocate(64);
  allocator.reset();
  block.get()[63] = std::byte{7};
  EXPECT_EQ(block.get()[63], std::byte{7});
}

TEST_F(HostAllocator, ThreadsMayShareIt) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) *allocator->allocate(64 * (1 + i % 7)).get() = std::byte{1};
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(allocator->live_bytes(), 0u);
}

TEST_F(HostAllocator, OutOfMemorySaysHowMuchWasAskedForAndInUse) {
  Block kept = allocator->allocate(1024);
  try {
    allocator->allocate(std::size_t{1} << 60);
    FAIL() << "an exbibyte was allocated";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(std::to_string(std::size_t{1} << 60)), std::string::npos) << message;
    EXPECT_NE(message.find("1024 in use"), std::string::npos) << message;
  }
  EXPECT_EQ(allocator->live_bytes(), 1024u);
}

}  // namespace
}  // namespace switchyard
