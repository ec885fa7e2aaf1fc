#include "data/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/error_text.hpp"

namespace switchyard {
namespace {

using Indices = std::vector<std::int64_t>;

Indices even_numbers(std::size_t count) {
  Indices indices(count);
  for (std::size_t i = 0; i < count; ++i) indices[i] = 2 * static_cast<std::int64_t>(i);
  return indices;
}

TEST(Sampler, AnEpochVisitsEveryIndexOnce) {
  const auto indices = even_numbers(1000);
  auto order = epoch_order(indices, 42, 3);
  EXPECT_NE(order, indices);
  std::ranges::sort(order);
  EXPECT_EQ(order, indices);
}

TEST(Sampler, TheOrderIsAFunctionOfSeedAndEpoch) {
  const auto indices = even_numbers(100);
  EXPECT_EQ(epoch_order(indices, 42, 3), epoch_order(indices, 42, 3));
  EXPECT_NE(epoch_order(indices, 42, 3), epoch_order(indices, 42, 4));
  EXPECT_NE(epoch_order(indices, 42, 3), epoch_order(indices, 43, 3));
}

// Over many epochs each of 8 indices comes first about equally often (mean 500, deviation 21).
TEST(Sampler, EveryIndexComesFirstEquallyOften) {
  const auto indices = even_numbers(8);
  std::vector<int> times(8);
  for (int epoch = 0; epoch < 4000; ++epoch) ++times[epoch_order(indices, 1, epoch)[0] / 2];
  EXPECT_GT(std::ranges::min(times), 400);
  EXPECT_LT(std::ranges::max(times), 600);
}

TEST(Sampler, TheLastShortBatchIsKept) {
  EXPECT_EQ(batch_count(45000, 128), 352);
  EXPECT_EQ(batch_count(5000, 128), 40);
  EXPECT_EQ(batch_count(10000, 128), 79);
  EXPECT_EQ(batch_count(0, 128), 0);
  const auto order = even_numbers(10);
  EXPECT_EQ(global_batch(order, 4, 0).size(), 4u);
  const auto last = global_batch(order, 4, 2);
  EXPECT_EQ(Indices(last.begin(), last.end()), (Indices{16, 18}));
}

TEST(Sampler, RefusesAnEmptyBatch) {
  EXPECT_NE(
      testing::error_text(ExitCode::bad_usage, [] { batch_count(10, 0); }).find("batch size 0"),
      std::string::npos);
}

TEST(Sampler, SharesFollowOneAnotherAndDifferByAtMostOne) {
  for (std::int64_t count : {0, 1, 2, 5, 8, 127, 128})
    for (int world : {1, 2, 3, 4, 7}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < world; ++rank) {
        const auto share = shard(count, Rank{rank}, world);
        EXPECT_EQ(share.begin, next);
        EXPECT_GE(share.size(), count / world);
        EXPECT_LE(share.size(), (count + world - 1) / world);
        next = share.end;
      }
      EXPECT_EQ(next, count) << world << " ranks";
    }
}

}  // namespace
}  // namespace switchyard
