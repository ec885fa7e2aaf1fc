#include "analysis/scaling/nonnegative_fit.hpp"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

using Numbers = std::vector<double>;

Numbers fit(const std::vector<FitRow>& rows, std::size_t features) {
  return nonnegative_fit(rows, features, ErrorScale::expectation);
}

TEST(NonnegativeFit, RecoversPlantedCoefficients) {
  std::vector<FitRow> rows;
  for (double x : {1.0, 2.0, 5.0}) rows.push_back({{x * 1e9, 1}, 3e-12 * x * 1e9 + 2e-4});
  const Numbers c = fit(rows, 2);
  EXPECT_NEAR(c[0], 3e-12, 1e-22);
  EXPECT_NEAR(c[1], 2e-4, 1e-14);
}

TEST(NonnegativeFit, LeavesOutWhatWouldBeNegative) {
  // The line through both points is 2x - 1.
  const Numbers c = fit({{{1, 1}, 1}, {{2, 1}, 3}}, 2);
  EXPECT_EQ(c[1], 0);
  // What remains is in proportion: the mean of 1/1 and 3/2.
  EXPECT_NEAR(c[0], 1.25, 1e-9);
}

TEST(NonnegativeFit, TakesTheFirstOfFeaturesThatExplainTheSame) {
  const Numbers c = fit({{{4, 1}, 8}, {{4, 1}, 8}}, 2);
  EXPECT_NEAR(c[0], 2, 1e-12);
  EXPECT_EQ(c[1], 0);
}

// Times that are off by as much either way: the mean, not less.
TEST(NonnegativeFit, WeighsErrorsByWhatIsExpected) {
  EXPECT_NEAR(fit({{{1}, 1}, {{1}, 100}}, 1)[0], 50.5, 1e-9);
  EXPECT_NEAR(fit({{{1}, 0.5}, {{1000}, 1500}}, 1)[0], 1, 1e-9);
}

// (c - 1)^2 + (c / 100 - 1)^2 is least at 1.01 / 1.0001.
TEST(NonnegativeFit, ByValueCountsTimesThatAreTooLongLess) {
  EXPECT_NEAR(nonnegative_fit({{{1}, 1}, {{1}, 100}}, 1, ErrorScale::value)[0], 1.01 / 1.0001,
              1e-12);
}

TEST(NonnegativeFit, OfNothingIsZero) {
  EXPECT_EQ(fit({}, 2), (Numbers{0, 0}));
}

}  // namespace
}  // namespace switchyard
