// Lanczos against matrices whose spectra are known, on any number of ranks.

#include "analysis/lanczos.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/dense_operator.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

std::vector<double> values(const std::vector<RitzValue>& ritz) {
  std::vector<double> result;
  for (const RitzValue& r : ritz) result.push_back(r.value);
  return result;
}

// A matrix of this spectrum, split over the ranks: half replicated, the rest three uneven experts.
struct Problem {
  Problem(const std::vector<double>& spectrum, DType dtype = DType::f64,
          Communicator& owners = world())
      : split(owners, dtype, size(spectrum) - 2 * (size(spectrum) / 4) - size(spectrum) / 8,
              {size(spectrum) / 4, size(spectrum) / 8, size(spectrum) / 4}),
        op(split, matrix_with_spectrum(spectrum), 3) {}

  static int size(const std::vector<double>& spectrum) { return static_cast<int>(spectrum.size()); }

  SplitSpace split;
  DenseOperator op;
};

LanczosOptions options(int largest, int smallest, double tolerance = 1e-10) {
  LanczosOptions options;
  options.wanted = {.largest = largest, .smallest = smallest, .tolerance = tolerance};
  options.max_iterations = 1000;
  return options;
}

Lanczos run(SymmetricOperator& op, const LanczosOptions& options) {
  Lanczos lanczos(op, options);
  while (!lanczos.done()) lanczos.step();
  return lanczos;
}

std::vector<double> linear_spectrum(int n, double lowest, double highest) {
  std::vector<double> spectrum;
  for (int i = 0; i < n; ++i) spectrum.push_back(lowest + (highest - lowest) * i / (n - 1));
  return spectrum;
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
  for (int i = 0; i < lanczos.basis().size(); ++i)
    for (int j = 0; j <= i; ++j)
      EXPECT_NEAR(problem.split.vectors().dot(lanczos.basis().stored(i), lanczos.basis().stored(j)),
                  i == j ? 1 : 0, 1e-14);
}

TEST(Lanczos, RepeatedEigenvaluesAreFoundAsOftenAsTheyOccur) {
  std::vector<double> spectrum(30, 1.0);
  spectrum[3] = spectrum[11] = spectrum[25] = 3.0;
  spectrum[17] = spectrum[18] = -2.0;
  Problem problem(spectrum);
  const Lanczos lanczos = run(problem.op, options(5, 2));
  EXPECT_TRUE(lanczos.converged());
  EXPECT_LT(lanczos.iterations(), 20);
  const std::vector<double> largest = {3, 3, 3, 1, 1}, smallest = {-2, -2};
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(values(lanczos.ritz().largest)[i], largest[i], 1e-12);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(values(lanczos.ritz().smallest)[i], smallest[i], 1e-12);
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

TEST(Lanczos, StopsAtTheToleranceOrTheLastIteration) {
  const auto spectrum = linear_spectrum(80, 0.1, 8);
  Problem loose(spectrum), tight(spectrum), few(spectrum);
  const Lanczos roughly = run(loose.op, options(1, 0, 1e-2));
  const Lanczos closely = run(tight.op, options(1, 0, 1e-8));
  EXPECT_LT(roughly.iterations(), closely.iterations());
  EXPECT_LE(roughly.ritz().largest[0].residual, 1e-2 * 8);
  EXPECT_LE(closely.ritz().largest[0].residual, 1e-8 * 8);
  EXPECT_GT(closely.ritz().worst, 0);
  EXPECT_LE(closely.ritz().worst, 1);

  LanczosOptions short_run = options(1, 0, 1e-8);
  short_run.max_iterations = 4;
  const Lanczos unfinished = run(few.op, short_run);
  EXPECT_EQ(unfinished.iterations(), 4);
  EXPECT_FALSE(unfinished.converged());
  EXPECT_FALSE(unfinished.ritz().largest[0].converged);
  EXPECT_GT(unfinished.ritz().worst, 1);
}

TEST(Lanczos, AsksOfTinyEigenvaluesWhatTheFloorSays) {
  std::vector<double> spectrum = linear_spectrum(60, -1e-7, 1e-7);
  spectrum[5] = 1;
  Problem strict(spectrum), lenient(spectrum);
  LanczosOptions wanted = options(1, 1, 1e-3);
  wanted.wanted.floor = 0;
  const int strictly = run(strict.op, wanted).iterations();
  wanted.wanted.floor = 1e-3;
  const Lanczos leniently = run(lenient.op, wanted);
  EXPECT_LT(leniently.iterations(), strictly);
  EXPECT_TRUE(leniently.converged());
}

TEST(Lanczos, GivenStartsAreUsedAndSeedsMatter) {
  const auto spectrum = linear_spectrum(40, -3, 5);
  Problem problem(spectrum);
  LanczosOptions wanted = options(0, 0);
  wanted.max_iterations = 1;
  auto first_alpha = [&](const LanczosOptions& o) { return run(problem.op, o).state().alphas[0]; };
  const double alpha = first_alpha(wanted);
  wanted.seed = 2;
  EXPECT_NE(first_alpha(wanted), alpha);
  const VectorSpace& space = problem.split.vectors();
  wanted.start = space.random(RandomEntries::rademacher, 1, 3);
  const double rayleigh = space.dot(wanted.start, problem.op.apply(wanted.start)) / 40;
  EXPECT_NEAR(first_alpha(wanted), rayleigh, 1e-13);
}

TEST(Lanczos, GoesOnAfterAStopWithTheSameBits) {
  const auto spectrum = spectra()[1].values;
  for (DType stored : {DType::f64, DType::f32}) {
    LanczosOptions wanted = options(4, 2, 1e-5);
    wanted.basis.dtype = stored;
    Problem problem(spectrum);
    const Lanczos whole = run(problem.op, wanted);
    for (int stop : {0, 1, 5, whole.iterations()}) {
      Lanczos first(problem.op, wanted);
      while (first.iterations() < stop) first.step();
      KrylovBasis saved(problem.split.vectors(), wanted.basis);
      for (int i = 0; i < first.basis().size(); ++i) saved.add(first.basis().stored(i));
      Lanczos second(problem.op, wanted, first.state(), std::move(saved));
      EXPECT_EQ(second.iterations(), stop);
      while (!second.done()) second.step();
      EXPECT_EQ(second.state().alphas, whole.state().alphas);
      EXPECT_EQ(second.state().betas, whole.state().betas);
      EXPECT_EQ(second.ritz(), whole.ritz());
      EXPECT_EQ(problem.split.gather(second.eigenpairs().largest[3].vector),
                problem.split.gather(whole.eigenpairs().largest[3].vector));
    }
  }
}

TEST(Lanczos, GoesOnBehindTheEndOfAKrylovSpaceToo) {
  std::vector<double> spectrum(30, 1.0);
  spectrum[3] = spectrum[11] = spectrum[25] = 3.0;
  Problem problem(spectrum);
  const Lanczos whole = run(problem.op, options(4, 0));
  Lanczos first(problem.op, options(4, 0));
  while (!first.exhausted()) first.step();
  EXPECT_EQ(first.iterations(), 2);
  KrylovBasis saved(problem.split.vectors(), {});
  for (int i = 0; i < first.basis().size(); ++i) saved.add(first.basis().stored(i));
  Lanczos second(problem.op, options(4, 0), first.state(), std::move(saved));
  while (!second.done()) second.step();
  EXPECT_EQ(second.state().alphas, whole.state().alphas);
}

TEST(LanczosErrors, NameWhatIsWrong) {
  Problem problem(linear_spectrum(16, 1, 2));
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_usage, [&] { Lanczos lanczos(problem.op, options(17, 0)); }),
      "17 largest and 0 smallest eigenvalues are asked of an operator that has "
      "16"));
  SplitSpace nothing(world(), DType::f64, 0, {});
  DenseOperator empty(nothing, {});
  EXPECT_TRUE(
      contains(error_text(ExitCode::bad_usage, [&] { Lanczos lanczos(empty, options(0, 0)); }),
               "no parameters"));
  EXPECT_TRUE(contains(error_text(ExitCode::bad_data,
                                  [&] {
                                    Lanczos lanczos(problem.op, options(1, 0), {{1.0}, {0.5}},
                                                    KrylovBasis(problem.split.vectors(), {}));
                                  }),
                       "1 and 1 coefficients, 0 vectors"));
  Lanczos done = run(problem.op, options(16, 0));
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { done.step(); }), "beyond the 16"));
}

TEST(LanczosErrors, ProductsThatAreNotFiniteEndTheRun) {
  SplitSpace split(world(), DType::f64, 6, {2});
  DenseOperator op(split, dense_matrix(8, [](int, int) { return NAN; }));
  Lanczos lanczos(op, options(1, 0));
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { lanczos.step(); }),
                       "not finite (step 1 of Lanczos)"));
  LanczosOptions from_zero = options(1, 0);
  from_zero.start = split.vectors().zeros();
  Lanczos nowhere(op, from_zero);
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { nowhere.step(); }), "length 0"));
}

}  // namespace
}  // namespace switchyard::test
