#include "ops/cuda/conv_choices.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::TempFolder;

TEST(ConvChoices, TheFirstOnRecordCounts) {
  const TempFolder folder;
  const auto file = folder / "cache/choices";
  ConvChoices one(file), other(file);
  EXPECT_FALSE(one.find("conv2d a"));
  EXPECT_EQ(one.settle("conv2d a", "1/2=3"), "1/2=3");
  EXPECT_EQ(other.settle("conv2d a", "9"), "1/2=3");
  EXPECT_EQ(other.settle("conv2d b", "9"), "9");
  EXPECT_EQ(one.settle("conv2d b", "4"), "9");
  const ConvChoices later(file);
  EXPECT_EQ(later.find("conv2d a"), "1/2=3");
  EXPECT_EQ(later.find("conv2d b"), "9");
}

TEST(ConvChoices, ALineThatWasCutShortCountsForNothing) {
  const TempFolder folder;
  const auto file = folder / "choices";
  write_file(file, "conv2d a\t1\nno tab\nconv2d b\t2");
  ConvChoices choices(file);
  EXPECT_EQ(choices.find("conv2d a"), "1");
  EXPECT_FALSE(choices.find("conv2d b"));
  EXPECT_EQ(choices.settle("conv2d c", "3"), "3");
  EXPECT_EQ(ConvChoices(file).find("conv2d c"), "3");
}

TEST(ConvChoices, WithoutAFileTheyLastAsLongAsTheObject) {
  ConvChoices choices({});
  EXPECT_EQ(choices.settle("conv2d a", "1"), "1");
  EXPECT_EQ(choices.settle("conv2d a", "2"), "1");
  EXPECT_EQ(choices.find("conv2d a"), "1");
}

}  // namespace
}  // namespace switchyard::test
