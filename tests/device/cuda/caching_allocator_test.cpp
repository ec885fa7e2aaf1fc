#include "device/cuda/caching_allocator.hpp"

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace switchyard {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(CachingAllocator, BlocksAreAlignedAndZeroBytesAreABlock) {
  CachingAllocator allocator(0);
  for (std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{513}, 3 * kMiB}) {
    Block block = allocator.allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.get()) % 512, 0u) << bytes;
  }
  EXPECT_EQ(allocator.memory(), MemoryKind::cuda);
}

TEST(CachingAllocator, CountsLivePeakAndReservedBytes) {
  CachingAllocator allocator(0);
  EXPECT_EQ(allocator.reserved_bytes(), 0u);
  Block first = allocator.allocate(1000);
  {
    Block second = allocator.allocate(2048);
    EXPECT_EQ(allocator.live_bytes(), 1024u + 2048u);
  }
  EXPECT_EQ(allocator.live_bytes(), 1024u);
  EXPECT_EQ(allocator.peak_bytes(), 1024u + 2048u);
  EXPECT_EQ(allocator.reserved_bytes(), 2 * kMiB);
  allocator.reset_peak();
  EXPECT_EQ(allocator.peak_bytes(), 1024u);
}

TEST(CachingAllocator, SmallRequestsShareASegment) {
  CachingAllocator allocator(0);
  std::vector<Block> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(allocator.allocate(512));
  for (int i = 1; i < 100; ++i) EXPECT_EQ(blocks[i].get(), blocks[0].get() + 512 * i);
  EXPECT_EQ(allocator.reserved_bytes(), 2 * kMiB);
}

TEST(CachingAllocator, AFreedBlockServesTheNextRequest) {
  CachingAllocator allocator(0);
  Block before = allocator.allocate(4096);
  std::byte* address = allocator.allocate(64 * kMiB).get();
  EXPECT_EQ(allocator.allocate(64 * kMiB).get(), address);
  EXPECT_EQ(allocator.allocate(63 * kMiB + 1).get(), address);
  EXPECT_EQ(allocator.reserved_bytes(), 66 * kMiB);
}

TEST(CachingAllocator, TakesTheSmallestFreePieceThatFits) {
  CachingAllocator allocator(0);
  Block large = allocator.allocate(40 * kMiB);
  Block small = allocator.allocate(30 * kMiB);
  std::byte* address = small.get();
  large.reset();
  small.reset();
  EXPECT_EQ(allocator.allocate(25 * kMiB).get(), address);
}

TEST(CachingAllocator, FreeNeighboursAreJoined) {
  CachingAllocator allocator(0);
  Block first = allocator.allocate(512 * 1024);
  Block second = allocator.allocate(512 * 1024);
  Block third = allocator.allocate(512 * 1024);
  Block last = allocator.allocate(512 * 1024);
  std::byte* start = first.get();
  first.reset();
  third.reset();
  second.reset();  // joins both sides
  EXPECT_EQ(allocator.allocate(kMiB).get(), start);
  EXPECT_EQ(allocator.reserved_bytes(), 2 * kMiB);
}

TEST(CachingAllocator, BlocksOutliveTheAllocator) {
  auto allocator = std::make_unique<CachingAllocator>(0);
  Block block = allocator->allocate(64);
  allocator.reset();
  EXPECT_EQ(cudaMemset(block.get(), 1, 64), cudaSuccess);
}

TEST(CachingAllocator, MemoryOfAGraphIsNotReusedWhileItLives) {
  CachingAllocator allocator(0);
  auto graph = allocator.begin_graph();
  Block recorded = allocator.allocate(3 * kMiB);
  std::byte* address = recorded.get();
  recorded.reset();
  Block recorded_next = allocator.allocate(3 * kMiB);
  EXPECT_EQ(recorded_next.get(), address) << "the graph reuses its own memory";
  recorded_next.reset();
  allocator.end_graph();

  Block outside = allocator.allocate(3 * kMiB);
  EXPECT_NE(outside.get(), address);
  EXPECT_EQ(allocator.live_bytes(), 6 * kMiB) << "a run of the graph needs its memory";
  EXPECT_EQ(allocator.reserved_bytes(), 40 * kMiB);
  graph.reset();
  EXPECT_EQ(allocator.live_bytes(), 3 * kMiB);
  EXPECT_EQ(allocator.reserved_bytes(), 20 * kMiB);
}

TEST(CachingAllocator, WhatIsFreedWhileAGraphIsRecordedStaysUntilTheGraphGoes) {
  CachingAllocator allocator(0);
  Block read_by_graph = allocator.allocate(1024);
  std::byte* address = read_by_graph.get();
  auto graph = allocator.begin_graph();
  read_by_graph.reset();
  allocator.end_graph();
  EXPECT_NE(allocator.allocate(1024).get(), address);
  graph.reset();
  EXPECT_EQ(allocator.allocate(1024).get(), address);
}

TEST(CachingAllocator, BlocksOfAGraphMayOutliveIt) {
  CachingAllocator allocator(0);
  auto graph = allocator.begin_graph();
  Block kept = allocator.allocate(1024);
  allocator.end_graph();
  graph.reset();
  EXPECT_EQ(allocator.live_bytes(), 1024u);
  EXPECT_EQ(cudaMemset(kept.get(), 1, 1024), cudaSuccess);
  kept.reset();
  EXPECT_EQ(allocator.live_bytes(), 0u);
  EXPECT_EQ(allocator.reserved_bytes(), 0u);
}

TEST(CachingAllocator, ABlockThatOutlivesItsGraphKeepsItsSegmentAlone) {
  CachingAllocator allocator(0);
  auto graph = allocator.begin_graph();
  Block kept = allocator.allocate(1024);
  allocator.allocate(30 * kMiB);
  allocator.end_graph();
  EXPECT_EQ(allocator.reserved_bytes(), 32 * kMiB);
  graph.reset();
  EXPECT_EQ(allocator.reserved_bytes(), 2 * kMiB);
}

}  // namespace
}  // namespace switchyard
