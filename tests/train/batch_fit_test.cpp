#include "train/batch_fit.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "train/limited_memory.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kPage = 1 << 16;

// Steps that take 10 pages and 2 for each image, on a device of so many pages.
class BatchFit : public ::testing::Test {
 protected:
  std::int64_t fits(std::size_t pages, std::int64_t failed) {
    testing::LimitedAllocator memory(pages * kPage);
    auto step = [&](std::int64_t images) {
      tried_.push_back(images);
      std::vector<Block> blocks = {memory.allocate(10 * kPage)};
      for (std::int64_t i = 0; i < images; ++i) blocks.push_back(memory.allocate(2 * kPage));
    };
    EXPECT_THROW(step(failed), OutOfMemory);
    tried_.clear();
    return batch_that_fits(memory, failed, step);
  }

  std::vector<std::int64_t> tried_;
};

TEST_F(BatchFit, IsExtrapolatedFromSmallerOnes) {
  // 1010 pages hold 500 images; 19/20 of them 474.
  EXPECT_EQ(fits(1010, 1000), 500);
  EXPECT_EQ(tried_, (std::vector<std::int64_t>{500, 250}));
  EXPECT_EQ(fits(1010, 700), 474);
  EXPECT_EQ(tried_, (std::vector<std::int64_t>{350, 175}));
}

TEST_F(BatchFit, IsFoundBelowTheFirstThatDoesNotFitEither) {
  EXPECT_EQ(fits(110, 1000), 47);
  EXPECT_EQ(tried_, (std::vector<std::int64_t>{500, 250, 125, 62, 31, 15}));
}

TEST_F(BatchFit, IsSmallerThanTheOneThatFailed) {
  EXPECT_EQ(fits(1009, 500), 473);
  EXPECT_LT(fits(29, 10), 10);
}

TEST_F(BatchFit, MayBeOneImageOrNone) {
  EXPECT_EQ(fits(12, 3), 1);
  EXPECT_EQ(fits(11, 64), 0);
  EXPECT_EQ(fits(11, 1), 0);
}

}  // namespace
}  // namespace switchyard
