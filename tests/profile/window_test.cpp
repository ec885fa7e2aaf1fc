#include "profile/window.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

TEST(ProfileWindow, CountsStepsFromTheFirstToBeforeTheLast) {
  const ProfileWindow window = parse_profile_window("steps=20:24");
  EXPECT_EQ(window.first, 20);
  EXPECT_EQ(window.last, 24);
  EXPECT_EQ(window.length(), 4);
}

TEST(ProfileWindow, TimesAsManyStepsAsItRecordsHalfOfThemBefore) {
  const ProfileWindow window{20, 24};
  EXPECT_EQ(window.role(17), StepRole::unwatched);
  EXPECT_EQ(window.role(18), StepRole::timed);
  EXPECT_EQ(window.role(20), StepRole::recorded);
  EXPECT_EQ(window.role(23), StepRole::recorded);
  EXPECT_EQ(window.role(25), StepRole::timed);
  EXPECT_EQ(window.role(26), StepRole::unwatched);
  EXPECT_EQ(window.begin(), 18);
  EXPECT_EQ(window.end(), 26);
}

TEST(ProfileWindow, TimesStepsBehindWhereThereAreTooFewBefore) {
  const ProfileWindow window{1, 9};
  EXPECT_EQ(window.begin(), 0);
  EXPECT_EQ(window.end(), 16);
  const ProfileWindow first{0, 3};
  EXPECT_EQ(first.begin(), 0);
  EXPECT_EQ(first.end(), 6);
}

TEST(ProfileWindow, RefusesWhatNamesNoStepsAndSaysWhatItTakes) {
  for (const char* text : {"", "20:40", "steps=", "steps=20", "steps=a:b", "steps=-1:4",
                           "steps=1:2:3", "steps=1:2x", "step=1:2"})
    EXPECT_TRUE(
        contains(error_text(ExitCode::bad_usage, [&] { parse_profile_window(text); }), "steps=A:B"))
        << text;
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [] { parse_profile_window("steps=7:7"); }),
                       "no step"));
  for (const char* text : {"steps=0:10001", "steps=3:9223372036854775807"})
    EXPECT_TRUE(
        contains(error_text(ExitCode::bad_usage, [&] { parse_profile_window(text); }), "fewer"))
        << text;
  EXPECT_EQ(parse_profile_window("steps=1:10001").length(), 10000);
}

}  // namespace
}  // namespace switchyard
