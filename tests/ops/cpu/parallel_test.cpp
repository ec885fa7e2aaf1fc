#include "ops/cpu/parallel.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard::test {
namespace {

class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  ~ThreadCount() { omp_set_num_threads(before_); }

 private:
  int before_;
};

TEST(ParallelFor, VisitsEveryIndexOnce) {
  for (int threads : {1, 2, 3, 7}) {
    const ThreadCount scope(threads);
    for (std::int64_t count : {0, 1, 2, 5, 100}) {
      std::vector<int> visits(count);
      parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) ++visits[i];
      });
      EXPECT_EQ(visits, std::vector<int>(count, 1)) << threads << " threads";
    }
  }
}

TEST(ParallelFor, LeavesShortLoopsWhole) {
  const ThreadCount scope(4);
  int parts = 0;
  parallel_for(19, 10, [&](std::int64_t, std::int64_t) { ++parts; });
  EXPECT_EQ(parts, 1);
}

// Sums are cut into blocks by their length alone.
TEST(CpuBackend, SumsDoNotDependOnTheThreadCount) {
  CpuBackend cpu;
  const Tensor x = noise(cpu, {5003, 24}, 1, DType::f32);
  const auto sums_with = [&](int threads) {
    const ThreadCount scope(threads);
    std::vector<double> sums = values(cpu, cpu.batch_norm_sums(x));
    sums.push_back(cpu.dot(x, x));
    return sums;
  };
  const std::vector<double> one = sums_with(1);
  EXPECT_EQ(sums_with(2), one);
  EXPECT_EQ(sums_with(5), one);
}

TEST(CpuBackend, ConvolvesWithAnotherThreadCount) {
  CpuBackend cpu;
  const Tensor x = noise(cpu, {2, 8, 8, 16}, 1, DType::f32);
  const Tensor w = noise(cpu, {16, 3, 3, 16}, 2, DType::f32);
  const Tensor two = cpu.conv2d(x, w, {1, 1});
  const ThreadCount scope(1);
  expect_equal(cpu, cpu.conv2d(x, w, {1, 1}), two, 1e-4);
}

}  // namespace
}  // namespace switchyard::test
