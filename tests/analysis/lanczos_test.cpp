// Lanczos against matrices whose spectra are known, on any number of ranks.

#include "analysis/lanczos.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/lanczos_problem.hpp"

namespace switchyard::test {
namespace {

std::vector<double> values(const std::vector<RitzValue>& ritz) {
  std::vector<double> result;
  for (const RitzValue& r : ritz) result.push_back(r.value);
  return result;
}

struct Spectrum {
  const char* name;
  std::vector<double> values;
};

std::vector<Spectrum> spectra() {
  std::vector<double> outliers(60, 0.0), clustered, geometric;
  for (std::size_t i = 0; i < outliers.size(); ++i) outliers[i] = 0.01 * std::sin(i + 1.0);
  outliers[7] = 100, outliers[20] = 37, outliers[33] = 36.9, outliers[40] = -5;
  for (int i = 0; i < 48; ++i) clustered.push_back(i % 3 + 1e-3 * i);
  for (int i = 0; i < 40; ++i) geometric.push_back(std::pow(0.7, i));
  return {{"linear_indefinite", linear_spectrum(40, -3, 5)},
          {"outliers", outliers},
          {"clustered", clustered},
          {"geometric", geometric},
          {"negative", linear_spectrum(33, -9, -1)},
          {"tiny", {2.0, -1.0, 0.5, 0.25, 0.125, 3.0, 1.0, -2.0, 0.0}}};
}

class KnownSpectra : public ::testing::TestWithParam<Spectrum> {};

TEST_P(KnownSpectra, BothEndsAreFoundWithTrueResiduals) {
  Problem problem(GetParam().values);
  const Lanczos lanczos = run(problem.op, options(4, 3));
  EXPECT_TRUE(lanczos.converged());
  EXPECT_EQ(problem.op.products(), lanczos.iterations());
  std::vector<double> sorted = GetParam().values;
  std::sort(sorted.begin(), sorted.end());
  const double scale = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  const Eigenpairs pairs = lanczos.eigenpairs();
  ASSERT_EQ(pairs.largest.size(), 4u);
  ASSERT_EQ(pairs.smallest.size(), 3u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(pairs.largest[i].ritz.value, sorted[sorted.size() - 1 - i], 1e-12 * scale);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(pairs.smallest[i].ritz.value, sorted[i], 1e-12 * scale);
  for (const auto& end : {pairs.largest, pairs.smallest}) {
    const std::vector<double> residuals = true_residuals(problem.op, end);
    for (std::size_t i = 0; i < end.size(); ++i) {
      EXPECT_NEAR(residuals[i], end[i].ritz.residual, 1e-13 * scale);
      EXPECT_TRUE(end[i].ritz.converged);
    }
  }
}

TEST_P(KnownSpectra, EveryStepsResidualsAreThoseOfItsVectors) {
  Problem problem(GetParam().values);
  Lanczos lanczos(problem.op, options(2, 2));
  for (int step = 0; step < 6; ++step) {
    lanczos.step();
    const Eigenpairs pairs = lanczos.eigenpairs();
    const std::vector<double> residuals = true_residuals(problem.op, pairs.largest);
    for (std::size_t i = 0; i < residuals.size(); ++i)
      EXPECT_NEAR(residuals[i], pairs.largest[i].ritz.residual, 1e-11) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Lanczos, KnownSpectra, ::testing::ValuesIn(spectra()),
                         [](const auto& info) { return info.param.name; });

TEST(Lanczos, RanksAgreeWithOneRankAlone) {
  auto alone = make_self_communicator();
  const auto spectrum = spectra()[1].values;
  for (DType dtype : {DType::f64, DType::f32}) {
    LanczosOptions wanted = options(3, 1, dtype == DType::f64 ? 1e-10 : 1e-5);
    wanted.basis.dtype = dtype;
    Problem split(spectrum, dtype), whole(spectrum, dtype, *alone);
    const Lanczos here = run(split.op, wanted), there = run(whole.op, wanted);
    const double tolerance = dtype == DType::f64 ? 1e-9 : 1e-4;
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(here.ritz().largest[i].value, there.ritz().largest[i].value,
                  tolerance * std::abs(there.ritz().largest[i].value));
    EXPECT_NEAR(here.ritz().smallest[0].value, there.ritz().smallest[0].value, tolerance * 5);
  }
}

TEST(Lanczos, SingleReachesItsOwnPrecision) {
  const auto spectrum = spectra()[1].values;
  for (DType stored : {DType::f32, DType::f64}) {
    LanczosOptions wanted = options(3, 1, 1e-5);
    wanted.basis.dtype = stored;
    Problem problem(spectrum, DType::f32);
    const Lanczos lanczos = run(problem.op, wanted);
    EXPECT_TRUE(lanczos.converged());
    EXPECT_NEAR(lanczos.ritz().largest[0].value, 100, 1e-4);
    EXPECT_NEAR(lanczos.ritz().largest[1].value, 37, 1e-4);
    EXPECT_NEAR(lanczos.ritz().largest[2].value, 36.9, 1e-4);
    EXPECT_NEAR(lanczos.ritz().smallest[0].value, -5, 1e-4);
  }
}

TEST(Lanczos, StoredVectorsStayOrthonormal) {
  Problem problem(spectra()[1].values);
  const Lanczos lanczos = run(problem.op, options(4, 3));
  std::vector<Tensor> vectors;
  for (int i = 0; i < lanczos.basis().size(); ++i) {
    vectors.push_back(lanczos.basis().stored(i));
    std::vector<double> products = problem.split.vectors().dots(vectors, vectors.back());
    products.back() -= 1;
    for (double product : products) EXPECT_NEAR(product, 0, 1e-14);
  }
}

TEST(Lanczos, RepeatedEigenvaluesAreFoundAsOftenAsTheyOccur) {
  std::vector<double> spectrum(30, 1.0);
  spectrum[3] = spectrum[11] = spectrum[25] = 3.0;
  spectrum[17] = spectrum[18] = -2.0;
  const std::vector<double> largest = {3, 3, 3, 1, 1}, smallest = {-2, -2, 1};
  using Counts = std::pair<int, int>;
  for (auto [k, l] : {Counts{1, 0}, {2, 0}, {3, 0}, {4, 0}, {0, 1}, {0, 2}, {0, 3}, {5, 2}}) {
    Problem problem(spectrum);
    const Lanczos lanczos = run(problem.op, options(k, l));
    EXPECT_TRUE(lanczos.converged());
    EXPECT_LT(lanczos.iterations(), 16);
    for (std::size_t i = 0; i < lanczos.ritz().largest.size(); ++i)
      EXPECT_NEAR(lanczos.ritz().largest[i].value, largest[i], 1e-12) << k << " and " << l;
    for (std::size_t i = 0; i < lanczos.ritz().smallest.size(); ++i)
      EXPECT_NEAR(lanczos.ritz().smallest[i].value, smallest[i], 1e-12) << k << " and " << l;
  }
}

TEST(Lanczos, LowRankMatricesEndTheirKrylovSpaceEarly) {
  std::vector<double> spectrum(50, 0.0);
  spectrum[4] = 7, spectrum[9] = 5, spectrum[30] = 2;
  Problem problem(spectrum);
  const Lanczos lanczos = run(problem.op, options(5, 1));
  EXPECT_TRUE(lanczos.converged());
  EXPECT_LE(lanczos.iterations(), 6);
  const std::vector<double> largest = {7, 5, 2, 0, 0};
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(values(lanczos.ritz().largest)[i], largest[i], 1e-13);
  EXPECT_NEAR(lanczos.ritz().smallest[0].value, 0, 1e-13);
}

TEST(Lanczos, TheZeroMatrixAndOneNumberAreMatricesToo) {
  Problem zero(std::vector<double>(12, 0.0));
  const Lanczos of_zero = run(zero.op, options(3, 3));
  EXPECT_TRUE(of_zero.converged());
  EXPECT_EQ(values(of_zero.ritz().largest), std::vector<double>(3, 0.0));

  SplitSpace split(world(), DType::f64, 1, {});
  DenseOperator number(split, {-4.0});
  const Lanczos of_number = run(number, options(1, 1));
  EXPECT_TRUE(of_number.converged());
  EXPECT_EQ(of_number.iterations(), 1);
  EXPECT_NEAR(of_number.ritz().largest[0].value, -4, 1e-15);
  EXPECT_NEAR(of_number.ritz().smallest[0].value, -4, 1e-15);
}

TEST(Lanczos, AllOfASmallSpaceIsSpanned) {
  const std::vector<double> spectrum = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Problem problem(spectrum);
  const Lanczos lanczos = run(problem.op, options(10, 2));
  EXPECT_TRUE(lanczos.converged());
  EXPECT_EQ(lanczos.iterations(), 10);
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_NEAR(values(lanczos.ritz().largest)[i], 10.0 - static_cast<double>(i), 1e-12);
}

}  // namespace
}  // namespace switchyard::test
