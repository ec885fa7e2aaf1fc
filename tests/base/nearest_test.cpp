#include "base/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchyard {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("batch", "batch"), 0u);
}

TEST(NearestName, FindsTheMisspelledOne) {
  std::vector<std::string> names = {"lr", "momentum", "weight-decay"};
  EXPECT_EQ(nearest_name("weight_decay", names), "weight-decay");
  EXPECT_EQ(nearest_name("momentun", names), "momentum");
}

TEST(NearestName, IsSilentWhereNothingIsNear) {
  std::vector<std::string> names = {"momentum", "weight-decay"};
  EXPECT_EQ(nearest_name("experts", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace switchyard
