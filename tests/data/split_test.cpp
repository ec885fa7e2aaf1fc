#include "data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/error_text.hpp"

namespace switchyard {
namespace {

using Indices = std::vector<std::int64_t>;

TEST(Split, IsPyTorchsRandomSplitForSeed42) {
  const auto split = split_pool(50000, default_validation_count(50000), 42);
  ASSERT_EQ(split.train.size(), 45000u);
  ASSERT_EQ(split.validation.size(), 5000u);
  EXPECT_EQ(Indices(split.validation.begin(), split.validation.begin() + 5),
            (Indices{17408, 40845, 3378, 22188, 44921}));
}

// torch.randperm(10, generator=torch.Generator().manual_seed(seed))
TEST(Split, PermutationIsPyTorchsRandperm) {
  EXPECT_EQ(random_permutation(10, 42), (Indices{2, 6, 1, 8, 4, 5, 0, 9, 3, 7}));
  EXPECT_EQ(random_permutation(10, 7), (Indices{5, 0, 3, 4, 1, 7, 9, 6, 8, 2}));
}

TEST(Split, PermutationHoldsEveryIndexOnce) {
  for (std::int64_t n : {0, 1, 2, 1000}) {
    auto order = random_permutation(n, 3);
    std::ranges::sort(order);
    Indices all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(order, all) << n;
  }
}

TEST(Split, CanKeepEverythingForTraining) {
  const auto split = split_pool(7, 0, 1);
  EXPECT_EQ(split.train, random_permutation(7, 1));
  EXPECT_TRUE(split.validation.empty());
}

TEST(Split, RefusesMoreValidationThanImages) {
  for (std::int64_t validation : {-1, 10})
    EXPECT_NE(testing::error_text(ExitCode::bad_usage, [&] { split_pool(10, validation, 0); })
                  .find("choose 0 to 9"),
              std::string::npos);
}

}  // namespace
}  // namespace switchyard
