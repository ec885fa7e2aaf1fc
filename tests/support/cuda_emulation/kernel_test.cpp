// The emulation's own rules: threads, barriers, shuffles, limits.

#include "cuda_emulation/kernel.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace cuda_emulation {
namespace {

constexpr unsigned kAll = 0xffffffffu;

void run(dim3 grid, unsigned block, std::function<void()> kernel) {
  launch(grid, block, nullptr, std::move(kernel));
}

std::string complaint(unsigned block, std::function<void()> kernel) {
  try {
    run(dim3(1), block, std::move(kernel));
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(EmulatedKernel, EveryThreadOfTheGridRunsOnce) {
  std::vector<int> calls(2 * 3 * 4 * 70);
  run(dim3(2, 3, 4), 70, [&] {
    EXPECT_EQ(gridDim.y, 3u);
    unsigned block = (blockIdx.z * 3 + blockIdx.y) * 2 + blockIdx.x;
    ++calls[block * blockDim.x + threadIdx.x];
  });
  EXPECT_EQ(calls, std::vector<int>(calls.size(), 1));
}

TEST(EmulatedKernel, ABarrierIsPassedWhenAllAreThere) {
  for (const char* order : {"forward", "reverse"}) {
    setenv("CUDA_EMULATION_ORDER", order, 1);
    std::vector<int> seen(96, -1);
    int shared[96];
    run(dim3(2), 96, [&] {
      shared[threadIdx.x] = static_cast<int>(threadIdx.x);
      __syncthreads();
      seen[threadIdx.x] = shared[95 - threadIdx.x];
      __syncthreads();
      shared[threadIdx.x] = -1;
    });
    for (int i = 0; i < 96; ++i) EXPECT_EQ(seen[i], 95 - i);
  }
  unsetenv("CUDA_EMULATION_ORDER");
}

TEST(EmulatedKernel, AMissingBarrierShowsInOneOfTheOrders) {
  auto last_from_first = [] {
    int shared = 0, seen = 0;
    run(dim3(1), 2, [&] {
      if (threadIdx.x == 0) shared = 7;
      if (threadIdx.x == 1) seen = shared;
    });
    return seen;
  };
  EXPECT_EQ(last_from_first(), 7);
  setenv("CUDA_EMULATION_ORDER", "reverse", 1);
  EXPECT_EQ(last_from_first(), 0);
  unsetenv("CUDA_EMULATION_ORDER");
}

TEST(EmulatedKernel, ThreadsThatEndedAreNotWaitedFor) {
  int sum = 0;
  run(dim3(1), 64, [&] {
    if (threadIdx.x >= 32) return;
    __syncthreads();
    if (threadIdx.x == 0) sum = 1;
  });
  EXPECT_EQ(sum, 1);
}

TEST(EmulatedKernel, ABarrierThatNotAllReachIsAnError) {
  std::string text = complaint(64, [] {
    if (threadIdx.x < 5)
      __syncthreads();
    else if (threadIdx.x < 32)
      __shfl_sync(kAll, 1, 0);
  });
  EXPECT_EQ(text,
            "the threads of a block wait for one another for ever (thread 0 waits at "
            "__syncthreads; thread 5 waits at __shfl_sync; thread 32 has ended)");
}

TEST(EmulatedKernel, RunsOnAfterAnError) {
  EXPECT_NE(complaint(2, [] { threadIdx.x == 0 ? __syncthreads() : __syncwarp(); }), "");
  int sum = 0;
  run(dim3(1), 64, [&] {
    __syncthreads();
    atomicAdd(&sum, 1);
  });
  EXPECT_EQ(sum, 64);
}

TEST(EmulatedKernel, AnExceptionOfAThreadIsThatOfTheLaunch) {
  EXPECT_EQ(complaint(64,
                      [] {
                        if (threadIdx.x == 40) throw std::logic_error("thread 40");
                        __syncthreads();
                      }),
            "thread 40");
}

TEST(EmulatedKernel, ShufflesMoveValuesBetweenLanes) {
  std::vector<double> value(64), up(64), down(64), other(64), first(64), segment(64);
  run(dim3(1), 64, [&] {
    unsigned t = threadIdx.x;
    value[t] = t + 0.5;
    up[t] = __shfl_up_sync(kAll, value[t], 1);
    down[t] = __shfl_down_sync(kAll, value[t], 2);
    other[t] = __shfl_xor_sync(kAll, value[t], 4);
    first[t] = __shfl_sync(kAll, value[t], 0);
    segment[t] = __shfl_down_sync(kAll, value[t], 1, 8);
  });
  for (int t = 0; t < 64; ++t) {
    int lane = t % 32;
    EXPECT_EQ(up[t], lane == 0 ? value[t] : value[t - 1]);
    EXPECT_EQ(down[t], lane >= 30 ? value[t] : value[t + 2]);
    EXPECT_EQ(other[t], value[t ^ 4]);
    EXPECT_EQ(first[t], value[t - lane]);
    EXPECT_EQ(segment[t], lane % 8 == 7 ? value[t] : value[t + 1]);
  }
}

TEST(EmulatedKernel, VotesCountTheLanesThatAreThere) {
  std::vector<unsigned> votes(40);
  std::vector<int> all(40), any(40);
  run(dim3(1), 40, [&] {
    unsigned t = threadIdx.x;
    votes[t] = __ballot_sync(kAll, t % 2 == 0);
    all[t] = __all_sync(kAll, t >= 32);
    any[t] = __any_sync(kAll, t == 3);
  });
  EXPECT_EQ(votes[0], 0x55555555u);
  EXPECT_EQ(votes[39], 0x55u);
  EXPECT_EQ(all[0], 0);
  EXPECT_EQ(all[39], 1);
  EXPECT_EQ(any[31], 1);
  EXPECT_EQ(any[32], 0);
}

TEST(EmulatedKernel, ALaneThatIsNotThereCannotBeReadFrom) {
  EXPECT_EQ(complaint(16, [] { __shfl_xor_sync(kAll, 1, 16); }),
            "lane 0 reads from lane 16 of its warp, which takes no part");
  EXPECT_EQ(complaint(32, [] { __shfl_sync(0x1u, 1, 0); }),
            "__shfl_sync by lane 1, which its mask leaves out");
}

TEST(EmulatedKernel, LimitsOfALaunchAreKept) {
  EXPECT_EQ(complaint(1025, [] {}), "a block of 1025 threads (1 to 1024 are possible)");
  EXPECT_EQ(complaint(0, [] {}), "a block of 0 threads (1 to 1024 are possible)");
  EXPECT_THROW(run(dim3(1, 65536), 32, [] {}), std::logic_error);
  EXPECT_THROW(run(dim3(1, 1, 65536), 32, [] {}), std::logic_error);
  EXPECT_NO_THROW(run(dim3(1, 65535), 1, [] {}));
}

}  // namespace
}  // namespace cuda_emulation
