#include "analysis/scaling/nonnegative_fit.hpp"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

using Numbers = std::vector<double>;

TEST(NonnegativeFit, RecoversPlantedCoefficients) {
  std::vector<FitRow> rows;
  for (double x : {1.0, 2.0, 5.0}) rows.push_back({{x * 1e9, 1}, 3e-12 * x * 1e9 + 2e-4});
  const Numbers c = nonnegative_fit(rows, 2);
  EXPECT_NEAR(c[0], 3e-12, 1e-22);
  EXPECT_NEAR(c[1], 2e-4, 1e-14);
}

TEST(NonnegativeFit, LeavesOutWhatWouldBeNegative) {
  // The line through both points is 2x - 1.
  const Numbers c = nonnegative_fit({{{1, 1}, 1}, {{2, 1}, 3}}, 2);
  EXPECT_EQ(c[1], 0);
  // Least sum of ((c - 1) / 1)^2 + ((2c - 3) / 3)^2.
  EXPECT_NEAR(c[0], (1 + 2.0 / 3) / (1 + 4.0 / 9), 1e-12);
}

TEST(NonnegativeFit, TakesTheFirstOfFeaturesThatExplainTheSame) {
  const Numbers c = nonnegative_fit({{{4, 1}, 8}, {{4, 1}, 8}}, 2);
  EXPECT_NEAR(c[0], 2, 1e-12);
  EXPECT_EQ(c[1], 0);
}

TEST(NonnegativeFit, WeighsRelativeErrors) {
  // Of constants 1 and 100 the least relative error is at c (1 + 1e-4) = 1 + 0.01.
  EXPECT_NEAR(nonnegative_fit({{{1}, 1}, {{1}, 100}}, 1)[0], 1.01 / 1.0001, 1e-12);
}

TEST(NonnegativeFit, OfNothingIsZero) {
  EXPECT_EQ(nonnegative_fit({}, 2), (Numbers{0, 0}));
}

}  // namespace
}  // namespace switchyard
