// When Lanczos stops, where it starts and how it goes on after a stop, on any number of ranks.

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/lanczos_problem.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

std::vector<double> outliers() {
  std::vector<double> spectrum = linear_spectrum(60, -0.01, 0.01);
  spectrum[7] = 100, spectrum[20] = 37, spectrum[33] = 36.9, spectrum[40] = -5;
  return spectrum;
}

TEST(LanczosSteps, StopsAtTheToleranceOrTheLastIteration) {
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

TEST(LanczosSteps, AsksOfTinyEigenvaluesWhatTheFloorSays) {
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

TEST(LanczosSteps, GivenStartsAreUsedAndSeedsMatter) {
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

TEST(LanczosSteps, GoesOnAfterAStopWithTheSameBits) {
  const auto spectrum = outliers();
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

TEST(LanczosSteps, GoesOnBehindTheEndOfAKrylovSpaceToo) {
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
