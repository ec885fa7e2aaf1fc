// Sums over ranks: their values, their bits, and several under way at once.

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "comm/rank_data.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

template <class T>
class AllReduce : public ::testing::Test {};
using Types = ::testing::Types<float, double, std::int64_t>;
TYPED_TEST_SUITE(AllReduce, Types);

TYPED_TEST(AllReduce, IsTheSumOfAllRanks) {
  using T = TypeParam;
  for (std::int64_t n : {0, 1, 7, 1000}) {
    Tensor x = tensor_of<T>(world().rank().value, 0, {n});
    world().all_reduce_sum(x);
    Tensor expected = tensor_of<T>(0, 0, {n});
    for (int r = 1; r < world().size(); ++r) {
      const Tensor other = tensor_of<T>(r, 0, {n});
      for (std::int64_t i = 0; i < n; ++i) expected.data<T>()[i] += other.data<T>()[i];
    }
    for (std::int64_t i = 0; i < n; ++i) {
      const double tolerance = std::is_same_v<T, float>    ? 1e-6
                               : std::is_same_v<T, double> ? 1e-14
                                                           : 0;
      EXPECT_NEAR(x.data<T>()[i], expected.data<T>()[i], 4 * tolerance) << i << " of " << n;
    }
  }
}

TYPED_TEST(AllReduce, SumsMatricesInPlace) {
  using T = TypeParam;
  Tensor x = tensor_of<T>(0, 1, {3, 5});
  const Tensor one = tensor_of<T>(0, 1, {3, 5});
  const std::byte* place = x.raw();
  world().all_reduce_sum(x);
  EXPECT_EQ(x.raw(), place);
  EXPECT_EQ(x.shape(), (Shape{3, 5}));
  EXPECT_NEAR(x.data<T>()[14], world().size() * one.data<T>()[14], 1e-5);
}

TEST(AllReduceBfloat16, AddsInFloat) {
  Tensor x(allocator(), {3}, DType::bf16);
  for (BFloat16& number : x.span<BFloat16>())
    number = BFloat16(1.0f + static_cast<float>(world().rank().value));
  world().all_reduce_sum(x);
  const int n = world().size();
  EXPECT_EQ(static_cast<float>(x.data<BFloat16>()[2]), static_cast<float>(n * (n + 1) / 2));
}

/// A random pause, another at each rank and call: arrival orders differ.
void stagger(int call) {
  const RandomStream stream(99, RandomPurpose::synthetic_data);
  const auto pause = stream.below(1500, static_cast<std::uint64_t>(call), world().rank().value);
  std::this_thread::sleep_for(std::chrono::microseconds(pause));
}

class Bits : public ::testing::TestWithParam<std::int64_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Bits, ::testing::Values(1, 7, 1000, 300000));

TEST_P(Bits, OfAllReduceAreTheSameOnEveryRank) {
  const std::int64_t n = GetParam();
  Tensor x = tensor_of<float>(world().rank().value, 2, {n});
  world().all_reduce_sum(x);
  Tensor of_rank_0(allocator(), {n}, DType::f32);
  std::memcpy(of_rank_0.raw(), x.raw(), x.bytes());
  world().broadcast(of_rank_0, Rank{0});
  EXPECT_EQ(std::memcmp(of_rank_0.raw(), x.raw(), x.bytes()), 0);
}

TEST_P(Bits, OfAllReduceDoNotDependOnWhoComesFirst) {
  const std::int64_t n = GetParam();
  const Tensor mine = tensor_of<float>(world().rank().value, 3, {n});
  Tensor first(allocator(), {n}, DType::f32);
  for (int call = 0; call < 12; ++call) {
    Tensor x(allocator(), {n}, DType::f32);
    std::memcpy(x.raw(), mine.raw(), mine.bytes());
    stagger(call);
    world().all_reduce_sum(x);
    if (call == 0) first = x;
    ASSERT_EQ(std::memcmp(first.raw(), x.raw(), x.bytes()), 0) << "call " << call;
  }
}

TEST(StartAllReduce, SeveralFinishInAnyOrder) {
  constexpr int kRequests = 6;
  std::vector<Tensor> tensors;
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < kRequests; ++i) {
    tensors.push_back(tensor_of<double>(world().rank().value, 10 + i, {1 + 5000 * i}));
    requests.push_back(world().start_all_reduce_sum(tensors[i]));
  }
  world().barrier();
  // Each rank begins at another request.
  for (int i = 0; i < kRequests; ++i) {
    requests[(world().rank().value * 2 + kRequests - i) % kRequests]->wait();
  }
  for (int i = 0; i < kRequests; ++i) {
    EXPECT_TRUE(requests[i]->test());
    for (std::int64_t at : {std::int64_t{0}, tensors[i].numel() - 1}) {
      double expected = 0;
      for (int r = 0; r < world().size(); ++r) expected += number_of(r, 10 + i, at);
      EXPECT_NEAR(tensors[i].data<double>()[at], expected, 1e-13) << "request " << i;
    }
  }
}

TEST(StartAllReduce, CompletesByTestingAndProgressAlone) {
  Tensor x = tensor_of<double>(world().rank().value, 30, {100});
  const auto request = world().start_all_reduce_sum(x);
  while (!request->test()) {
    world().progress();
    std::this_thread::yield();
  }
  double expected = 0;
  for (int r = 0; r < world().size(); ++r) expected += number_of(r, 30, 99);
  EXPECT_NEAR(x.data<double>()[99], expected, 1e-13);
}

TEST(StartAllReduce, OutlivesItsTensorHandleAndADroppedRequest) {
  { const auto dropped = world().start_all_reduce_sum(tensor_of<double>(0, 31, {50000})); }
  const auto request = world().start_all_reduce_sum(tensor_of<double>(0, 32, {50000}));
  request->wait();
  Tensor x = tensor_of<double>(0, 33, {4});
  const double before = x.data<double>()[3];
  world().all_reduce_sum(x);
  EXPECT_NEAR(x.data<double>()[3], world().size() * before, 1e-14);
}

/// Rows of each rank: uneven, and none for rank 1.
std::vector<std::int64_t> uneven_rows() {
  std::vector<std::int64_t> rows;
  for (int r = 0; r < world().size(); ++r) rows.push_back(r == 1 ? 0 : 2 * r + 3);
  return rows;
}

template <class T>
class ReduceScatter : public ::testing::Test {};
TYPED_TEST_SUITE(ReduceScatter, Types);

TYPED_TEST(ReduceScatter, AddsRowsInRankOrder) {
  using T = TypeParam;
  const std::vector<std::int64_t> rows = uneven_rows();
  std::int64_t total = 0;
  std::int64_t begin = 0;
  for (int r = 0; r < world().size(); ++r) {
    if (r == world().rank().value) begin = total;
    total += rows[r];
  }
  constexpr std::int64_t kWidth = 4;
  const Tensor all = tensor_of<T>(world().rank().value, 40, {total, kWidth});
  Tensor mine(allocator(), {rows[world().rank().value], kWidth}, dtype_of<T>());
  world().reduce_scatter_rows(all, mine, rows);
  for (std::int64_t i = 0; i < mine.numel(); ++i) {
    T expected = 0;
    for (int r = 0; r < world().size(); ++r) {
      expected += tensor_of<T>(r, 40, {total, kWidth}).template data<T>()[begin * kWidth + i];
    }
    EXPECT_EQ(mine.data<T>()[i], expected) << i;
  }
}

TEST(ReduceScatterBfloat16, AddsInFloat) {
  const std::vector<std::int64_t> rows(world().size(), 1);
  Tensor all(allocator(), {world().size(), 2}, DType::bf16);
  for (BFloat16& number : all.span<BFloat16>()) number = BFloat16(0.5f);
  Tensor mine(allocator(), {1, 2}, DType::bf16);
  world().reduce_scatter_rows(all, mine, rows);
  EXPECT_EQ(static_cast<float>(mine.data<BFloat16>()[1]), 0.5f * world().size());
}

TEST(Adjoint, ReduceScatterIsTheTransposeOfAllGather) {
  const std::vector<std::int64_t> rows = uneven_rows();
  const int me = world().rank().value;
  std::int64_t total = 0;
  for (std::int64_t n : rows) total += n;
  const Tensor x = tensor_of<double>(me, 50, {rows[me], 3});
  const Tensor y = tensor_of<double>(me, 51, {total, 3});
  Tensor gathered(allocator(), {total, 3}, DType::f64);
  Tensor scattered(allocator(), {rows[me], 3}, DType::f64);
  world().all_gather_rows(x, gathered, rows);
  world().reduce_scatter_rows(y, scattered, rows);
  Tensor sums(allocator(), {2}, DType::f64);
  sums.data<double>()[0] = dot(gathered, y);
  sums.data<double>()[1] = dot(x, scattered);
  world().all_reduce_sum(sums);
  EXPECT_NE(sums.data<double>()[0], 0.0);
  EXPECT_NEAR(sums.data<double>()[0], sums.data<double>()[1], 1e-11);
}

}  // namespace
}  // namespace switchyard::test
