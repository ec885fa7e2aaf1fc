#include "base/error.hpp"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

TEST(Error, CarriesMessageCodeAndPlace) {
  const int size = 3;
  try {
    SY_REQUIRE(size == 4, ExitCode::bad_data, "the file holds {} bytes (expected {})", size, 4);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_STREQ(error.what(), "the file holds 3 bytes (expected 4)");
    EXPECT_NE(error.origin().find("error_test.cpp:"), std::string::npos) << error.origin();
    EXPECT_NE(error.origin().find(": size == 4"), std::string::npos) << error.origin();
  }
}

TEST(Error, AFailureWithoutACheckNamesItsPlaceAlone) {
  try {
    fail(ExitCode::run_failed, "broken");
  } catch (const Error& error) {
    EXPECT_TRUE(error.origin().ends_with(".cpp:" + std::to_string(__LINE__ - 2))) << error.origin();
  }
}

TEST(Error, AFulfilledCheckEvaluatesNoMessage) {
  int evaluated = 0;
  SY_REQUIRE(evaluated == 0, ExitCode::run_failed, "{}", ++evaluated);
  EXPECT_EQ(evaluated, 0);
}

TEST(Error, ExitCodesAreWhatSchedulersKnow) {
  EXPECT_EQ(static_cast<int>(ExitCode::run_failed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::bad_usage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::bad_data), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::requeue_me), 75);
}

}  // namespace
}  // namespace switchyard
