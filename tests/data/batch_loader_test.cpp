#include "data/batch_loader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "data/tiny_dataset.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::tiny_dataset;
using Indices = std::vector<std::int64_t>;

const Indices kOrder = {9, 2, 5, 0, 7, 1, 8, 3, 6, 4, 10};

class BatchLoaderTest : public ::testing::Test {
 protected:
  /// The sample ids of every batch that the loader of `plan` gives.
  std::vector<Indices> ids(const BatchPlan& plan) {
    BatchLoader loader(data_, data_.train, plan, {}, allocator_);
    std::vector<Indices> batches;
    while (auto batch = loader.next()) {
      const auto span = batch->sample_ids.span<std::int64_t>();
      batches.emplace_back(span.begin(), span.end());
    }
    return batches;
  }

  Dataset data_ = tiny_dataset(11);
  std::shared_ptr<Allocator> allocator_ = make_host_allocator();
};

TEST_F(BatchLoaderTest, GivesTheBatchesInOrder) {
  EXPECT_EQ(ids({.order = kOrder, .batch_size = 4}),
            (std::vector<Indices>{{9, 2, 5, 0}, {7, 1, 8, 3}, {6, 4, 10}}));
}

TEST_F(BatchLoaderTest, ContinuesAnEpoch) {
  EXPECT_EQ(ids({.order = kOrder, .batch_size = 4, .first_batch = 2}),
            (std::vector<Indices>{{6, 4, 10}}));
  EXPECT_TRUE(ids({.order = kOrder, .batch_size = 4, .first_batch = 3}).empty());
}

TEST_F(BatchLoaderTest, RanksShareEveryBatch) {
  const auto whole = ids({.order = kOrder, .batch_size = 4});
  for (int world : {2, 3, 5}) {
    std::vector<Indices> joined(whole.size());
    for (int rank = 0; rank < world; ++rank) {
      const auto mine = ids({.order = kOrder, .batch_size = 4, .rank = Rank{rank}, .world = world});
      ASSERT_EQ(mine.size(), whole.size()) << "a rank without samples still has its batches";
      for (std::size_t b = 0; b < mine.size(); ++b)
        joined[b].insert(joined[b].end(), mine[b].begin(), mine[b].end());
    }
    EXPECT_EQ(joined, whole) << world;
  }
}

TEST_F(BatchLoaderTest, SaysWhereTheShareLies) {
  BatchLoader loader(data_, data_.train,
                     {.order = kOrder, .batch_size = 8, .rank = Rank{1}, .world = 2}, {},
                     allocator_);
  EXPECT_EQ(loader.batches(), 2);
  const auto first = loader.next();
  EXPECT_EQ(first->first, 4);
  EXPECT_EQ(first->size(), 4);
  EXPECT_EQ(first->global_size, 8);
  const auto last = loader.next();
  EXPECT_EQ(last->first, 1);
  EXPECT_EQ(last->size(), 2);
  EXPECT_EQ(last->global_size, 3);
}

TEST_F(BatchLoaderTest, ThrowsWhatWentWrongWhereTheBatchWasDue) {
  BatchLoader loader(data_, data_.train, {.order = {0, 1, 2, 99}, .batch_size = 2}, {}, allocator_);
  EXPECT_TRUE(loader.next());
  EXPECT_NE(testing::error_text(ExitCode::run_failed, [&] { loader.next(); }).find("sample 99"),
            std::string::npos);
  EXPECT_FALSE(loader.next());
}

TEST_F(BatchLoaderTest, MayBeLeftEarly) {
  BatchLoader loader(data_, data_.train, {.order = kOrder, .batch_size = 1}, {}, allocator_);
  EXPECT_TRUE(loader.next());
}

}  // namespace
}  // namespace switchyard
