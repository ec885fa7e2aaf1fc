// Power iteration: what it finds, and when it stops, on any number of ranks.

#include "analysis/power_iteration.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/dense_operator.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

const std::vector<double> kSpectrum = {9, -6, 4, 1, 0.5, -0.5, 0.25, 0.1, 0, 0, -0.1, 0.2};

TEST(PowerIteration, FindsTheLargestMagnitudesOneAfterAnother) {
  SplitSpace split(world(), DType::f64, 5, {4, 1, 2});
  DenseOperator op(split, matrix_with_spectrum(kSpectrum));
  const auto pairs =
      power_iteration(op, {.eigenvalues = 3, .tolerance = 1e-14, .max_iterations = 500});
  ASSERT_EQ(pairs.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(pairs[i].converged);
    EXPECT_NEAR(pairs[i].value, kSpectrum[i], 1e-11);
    Tensor residual = op.apply(pairs[i].vector);
    split.vectors().add_scaled(residual, -kSpectrum[i], pairs[i].vector);
    EXPECT_LT(split.vectors().norm(residual), 1e-5);
    for (std::size_t j = 0; j <= i; ++j)
      EXPECT_NEAR(split.vectors().dot(pairs[i].vector, pairs[j].vector), i == j ? 1 : 0, 1e-14);
  }
}

TEST(PowerIteration, StopsWhereTheEstimateMovesLessThanTheTolerance) {
  SplitSpace split(world(), DType::f64, 5, {4, 1, 2});
  DenseOperator op(split, matrix_with_spectrum(kSpectrum));
  std::vector<std::vector<double>> estimates(2);
  const auto pairs =
      power_iteration(op, {.eigenvalues = 2}, [&](int index, int iteration, double value) {
        auto& of_index = estimates[static_cast<std::size_t>(index)];
        of_index.push_back(value);
        EXPECT_EQ(iteration, std::ssize(of_index));
      });
  EXPECT_EQ(op.products(), pairs[0].iterations + pairs[1].iterations);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& e = estimates[i];
    EXPECT_EQ(std::ssize(e), pairs[i].iterations);
    EXPECT_EQ(e.back(), pairs[i].value);
    for (std::size_t j = 1; j < e.size(); ++j) {
      const double moved = std::abs(e[j] - e[j - 1]) / (std::abs(e[j - 1]) + 1e-6);
      EXPECT_EQ(moved < 1e-3, j + 1 == e.size());
    }
  }
}

TEST(PowerIteration, GivesUpAfterTheLastIteration) {
  SplitSpace split(world(), DType::f64, 5, {4, 1, 2});
  DenseOperator op(split, matrix_with_spectrum(kSpectrum));
  const auto pairs =
      power_iteration(op, {.eigenvalues = 1, .tolerance = 1e-15, .max_iterations = 3});
  EXPECT_EQ(pairs[0].iterations, 3);
  EXPECT_FALSE(pairs[0].converged);
  EXPECT_EQ(op.products(), 3);
}

TEST(PowerIteration, LowRankAndZeroMatricesHaveZeroEigenvalues) {
  SplitSpace split(world(), DType::f64, 5, {4, 1, 2});
  DenseOperator zero(split, dense_matrix(12, [](int, int) { return 0.0; }));
  for (const auto& pair : power_iteration(zero, {.eigenvalues = 2})) {
    EXPECT_EQ(pair.value, 0);
    EXPECT_TRUE(pair.converged);
    EXPECT_NEAR(split.vectors().norm(pair.vector), 1, 1e-14);
  }
  DenseOperator corner(split, dense_matrix(12, [](int i, int j) { return i + j == 0 ? 2.0 : 0; }));
  const auto pairs = power_iteration(corner, {.eigenvalues = 20});
  ASSERT_EQ(pairs.size(), 12u) << "one for each dimension";
  EXPECT_NEAR(pairs[0].value, 2, 1e-14);
  EXPECT_NEAR(pairs[1].value, 0, 1e-14);
}

TEST(PowerIteration, RanksAgreeWithOneRankAlone) {
  auto alone = make_self_communicator();
  SplitSpace split(world(), DType::f64, 5, {4, 1, 2}), whole(*alone, DType::f64, 5, {4, 1, 2});
  DenseOperator here(split, matrix_with_spectrum(kSpectrum)),
      there(whole, matrix_with_spectrum(kSpectrum));
  const auto a = power_iteration(here, {.eigenvalues = 2}),
             b = power_iteration(there, {.eigenvalues = 2});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(a[i].value, b[i].value, 1e-9 * std::abs(b[i].value));
    EXPECT_EQ(a[i].iterations, b[i].iterations);
  }
}

TEST(PowerIteration, RefusesWhatCannotBe) {
  using switchyard::testing::contains;
  using switchyard::testing::error_text;
  SplitSpace split(world(), DType::f64, 2, {});
  DenseOperator broken(split, {NAN, 0, 0, 1});
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { power_iteration(broken, {}); }),
                       "not finite (iteration 1 of eigenvalue 1)"));
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_usage, [&] { power_iteration(broken, {.max_iterations = 0}); }),
      "asked for 0"));
}

}  // namespace
}  // namespace switchyard::test
