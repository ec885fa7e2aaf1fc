// Stochastic Lanczos quadrature on matrices of known spectra: rules, moments and densities.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/spectral_density.hpp"
#include "analysis/stochastic_lanczos.hpp"
#include "support/cosine_matrix.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kReplicated = 13;
const std::vector<int> kExperts = {6, 9, 2};
constexpr int kDimension = 30;

std::vector<double> eigenvalues() {
  std::vector<double> values;
  for (int k = 0; k < kDimension; ++k) values.push_back(-0.5 + 3 * std::pow(0.8, k));
  return values;
}

// The mean of the k-th powers.
double moment(const std::vector<double>& values, int power) {
  double sum = 0;
  for (double value : values) sum += std::pow(value, power);
  return sum / static_cast<double>(values.size());
}

double integral(const SpectralDensity& density) {
  double sum = 0;
  for (std::size_t i = 1; i < density.grid.size(); ++i)
    sum +=
        (density.grid[i] - density.grid[i - 1]) * (density.density[i] + density.density[i - 1]) / 2;
  return sum;
}

class Quadrature : public ::testing::Test {
 protected:
  std::vector<QuadratureRule> rules(const StochasticLanczosOptions& options,
                                    const std::vector<double>& spectrum = eigenvalues()) {
    DenseOperator a(split_, cosine_matrix(spectrum));
    std::vector<QuadratureRule> result;
    stochastic_lanczos(a, options, result);
    return result;
  }

  SplitSpace split_{world(), DType::f64, kReplicated, kExperts};
};

TEST_F(Quadrature, OfAllStepsHasTheWholeSpectrum) {
  const auto found = rules({.probes = 1, .steps = kDimension});
  ASSERT_EQ(found[0].nodes.size(), static_cast<std::size_t>(kDimension));
  std::vector<double> expected = eigenvalues();
  std::ranges::reverse(expected);
  for (int i = 0; i < kDimension; ++i) EXPECT_NEAR(found[0].nodes[i], expected[i], 1e-10) << i;
}

// f(t) = t^p up to p = 2 m - 1.
TEST_F(Quadrature, IsExactForPolynomials) {
  const int steps = 5;
  const auto found = rules({.probes = 3, .steps = steps, .seed = 8});
  const auto matrix = cosine_matrix(eigenvalues());
  for (int probe = 0; probe < 3; ++probe) {
    const auto v = split_.gather(split_.vectors().random(RandomEntries::rademacher, 8, probe));
    std::vector<double> power = v;
    for (int p = 0; p < 2 * steps; ++p) {
      double form = 0, integral = 0;
      for (int i = 0; i < kDimension; ++i) form += v[i] * power[i] / kDimension;
      for (int i = 0; i < steps; ++i)
        integral += found[probe].weights[i] * std::pow(found[probe].nodes[i], p);
      EXPECT_NEAR(integral, form, 1e-11 * std::pow(2.5, p)) << p;
      std::vector<double> next(kDimension);
      for (int i = 0; i < kDimension; ++i)
        for (int j = 0; j < kDimension; ++j) next[i] += matrix[i * kDimension + j] * power[j];
      power = next;
    }
  }
}

TEST_F(Quadrature, EndsWhereTheKrylovSpaceDoes) {
  std::vector<double> two_values(kDimension, 2.0);
  for (int k = 0; k < 10; ++k) two_values[k] = -1;
  int products = 0;
  DenseOperator a(split_, cosine_matrix(two_values));
  std::vector<QuadratureRule> found;
  stochastic_lanczos(a, {.probes = 2, .steps = 20}, found, [&](auto now) { products = now; });
  EXPECT_EQ(products, 4);
  for (const QuadratureRule& rule : found) {
    ASSERT_EQ(rule.nodes.size(), 2u);
    EXPECT_NEAR(rule.nodes[0], -1, 1e-12);
    EXPECT_NEAR(rule.nodes[1], 2, 1e-12);
    EXPECT_NEAR(rule.weights[0] + rule.weights[1], 1, 1e-14);
  }
  const auto zero = rules({.probes = 1, .steps = 20}, std::vector<double>(kDimension));
  EXPECT_EQ(zero[0].nodes, std::vector<double>{0});
  EXPECT_EQ(zero[0].weights, std::vector<double>{1});
}

TEST_F(Quadrature, MomentsAreThoseOfTheSpectrum) {
  const auto found = rules({.probes = 60, .steps = 12, .seed = 1});
  const auto moments = spectral_moments(found, 4);
  ASSERT_EQ(moments.size(), 4u);
  for (int power = 1; power <= 4; ++power) {
    const auto [mean, error] = moments[power - 1];
    EXPECT_NEAR(mean, moment(eigenvalues(), power), 3 * error) << power;
    EXPECT_GT(error, 1e-3) << power;
    EXPECT_LT(error, 0.2 * std::pow(2.5, power - 1)) << power;
  }
}

TEST_F(Quadrature, AStoppedRunGoesOn) {
  DenseOperator a(split_, cosine_matrix(eigenvalues()));
  const StochasticLanczosOptions options{.probes = 4, .steps = 6, .seed = 5};
  const auto expected = rules(options);
  std::vector<QuadratureRule> found;
  auto stop = [](std::int64_t products) {
    if (products == 15) fail_everywhere(ExitCode::requeue_me, "stopped");
  };
  EXPECT_EQ(error_text(ExitCode::requeue_me, [&] { stochastic_lanczos(a, options, found, stop); }),
            "stopped");
  ASSERT_EQ(found.size(), 2u);
  stochastic_lanczos(a, options, found);
  EXPECT_EQ(a.products(), 15 + 12);
  ASSERT_EQ(found.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(found[i].nodes, expected[i].nodes);
    EXPECT_EQ(found[i].weights, expected[i].weights);
  }
}

TEST_F(Quadrature, IsTheSameOnEveryGrid) {
  const StochasticLanczosOptions options{.probes = 2, .steps = 8, .seed = 3};
  auto self = make_self_communicator();
  SplitSpace alone(*self, DType::f64, kReplicated, kExperts);
  DenseOperator a(alone, cosine_matrix(eigenvalues()));
  std::vector<QuadratureRule> expected;
  stochastic_lanczos(a, options, expected);
  const auto found = rules(options);
  for (int probe = 0; probe < 2; ++probe)
    for (int i = 0; i < 8; ++i) {
      EXPECT_NEAR(found[probe].nodes[i], expected[probe].nodes[i], 1e-9);
      EXPECT_NEAR(found[probe].weights[i], expected[probe].weights[i], 1e-9);
    }
}

TEST_F(Quadrature, DensityIntegratesToOne) {
  const auto found = rules({.probes = 5, .steps = 20});
  const double sigma = default_sigma(found);
  EXPECT_NEAR(sigma, std::sqrt(1e-5) * (2.5 + 0.5) / 2, 1e-4 * sigma * 50);
  for (double width : {sigma, 0.1, 2.0}) {
    const SpectralDensity density = spectral_density(found, width, 1024);
    EXPECT_EQ(density.sigma, width);
    EXPECT_NEAR(integral(density), 1, 1e-5);
    double mean = 0;
    for (std::size_t i = 0; i < density.grid.size(); ++i)
      mean += density.grid[i] * density.density[i] * (density.grid[1] - density.grid[0]);
    EXPECT_NEAR(mean, spectral_moments(found, 1)[0].mean, 1e-5);
  }
}

// One node: a Gaussian by its formula.
TEST(SpectralDensity, IsAGaussianAroundANode) {
  const QuadratureRule rule{.nodes = {1.0}, .weights = {1.0}};
  const SpectralDensity density = spectral_density({{rule, rule}}, 0.5, 21);
  EXPECT_DOUBLE_EQ(density.grid.front(), -1.5);
  EXPECT_DOUBLE_EQ(density.grid.back(), 3.5);
  EXPECT_NEAR(density.density[10], 1 / (0.5 * std::sqrt(2 * std::numbers::pi)), 1e-14);
  EXPECT_NEAR(density.density[12], density.density[10] * std::exp(-0.5), 1e-14);
  EXPECT_EQ(density.standard_error[10], 0);
}

TEST(SpectralDensity, HasTheSpreadOfItsRules) {
  const QuadratureRule left{.nodes = {0.0}, .weights = {1.0}},
      right{.nodes = {9.0}, .weights = {1}};
  const SpectralDensity density = spectral_density({{left, right}}, 1, 20);
  const double peak = 1 / std::sqrt(2 * std::numbers::pi);
  EXPECT_NEAR(density.density[5], peak / 2, 1e-12);
  EXPECT_NEAR(density.standard_error[5], peak / 2, 1e-12);
}

TEST(SpectralDensity, OfOneValueHasAWidth) {
  EXPECT_DOUBLE_EQ(default_sigma({{QuadratureRule{{-4.0}, {1.0}}}}), 4 * std::sqrt(1e-5));
  EXPECT_DOUBLE_EQ(default_sigma({{QuadratureRule{{0.0}, {1.0}}}}), std::sqrt(1e-5));
}

TEST_F(Quadrature, RefusesWhatCannotBe) {
  auto text = [](auto&& call) { return error_text(ExitCode::bad_usage, call); };
  EXPECT_TRUE(contains(text([&] { rules({.probes = 0}); }), "0 random vectors"));
  EXPECT_TRUE(contains(text([&] { rules({.probes = 2, .steps = 0}); }), "with 0 steps"));
  const std::vector<QuadratureRule> one = {{{1.0}, {1.0}}};
  EXPECT_TRUE(contains(text([&] { spectral_density({}, 1, 10); }), "at least one random vector"));
  EXPECT_TRUE(contains(text([&] { spectral_density(one, 0, 10); }), "cannot be 0"));
  EXPECT_TRUE(contains(text([&] { spectral_density(one, 1, 1); }), "at 1 points"));
}

}  // namespace
}  // namespace switchyard::test
