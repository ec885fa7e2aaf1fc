#include "analysis/apportionment.hpp"

#include <gtest/gtest.h>

namespace switchyard::test {
namespace {

using Numbers = std::vector<std::int64_t>;

TEST(Apportion, GivesExactSharesWhereTheyAreWhole) {
  EXPECT_EQ(apportion(12, {1, 2, 3}), (Numbers{2, 4, 6}));
  EXPECT_EQ(apportion(12, {1, 0, 3}), (Numbers{3, 0, 9}));
}

TEST(Apportion, RoundsWithoutLosingAny) {
  EXPECT_EQ(apportion(7, {1, 1, 1}), (Numbers{2, 2, 3}));
  EXPECT_EQ(apportion(1, {1, 1, 1, 1}), (Numbers{0, 0, 0, 1}));
  EXPECT_EQ(apportion(0, {1, 5}), (Numbers{0, 0}));
}

// 10 by 8:1:1 would be 8, 1, 1; the two that 6 leaves over go to the others alike. In the second
// case what the first leaves fills the second one, too.
TEST(ApportionUpToALimit, PassesOnWhatDoesNotFit) {
  EXPECT_EQ(apportion(10, {8, 1, 1}, 6), (Numbers{6, 2, 2}));
  EXPECT_EQ(apportion(12, {8, 3, 1}, 5), (Numbers{5, 5, 2}));
  EXPECT_EQ(apportion(15, {8, 3, 1}, 5), (Numbers{5, 5, 5}));
}

TEST(ApportionUpToALimit, GivesNothingForNoWeight) {
  EXPECT_EQ(apportion(8, {1, 0, 1, 0}, 4), (Numbers{4, 0, 4, 0}));
}

}  // namespace
}  // namespace switchyard::test
