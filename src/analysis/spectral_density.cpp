#include "analysis/spectral_density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace switchyard {
namespace {

struct Interval {
  double lowest, highest;
};

Interval range_of(std::span<const QuadratureRule> rules) {
  SY_REQUIRE(!rules.empty(), ExitCode::bad_usage,
             "a spectral density needs at least one random vector; ask for one or more");
  Interval range{rules[0].nodes.front(), rules[0].nodes.back()};
  for (const QuadratureRule& rule : rules) {
    range.lowest = std::min(range.lowest, rule.nodes.front());
    range.highest = std::max(range.highest, rule.nodes.back());
  }
  return range;
}

double density_at(double t, const QuadratureRule& rule, double sigma) {
  double sum = 0;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double distance = (t - rule.nodes[i]) / sigma;
    sum += rule.weights[i] * std::exp(-distance * distance / 2);
  }
  return sum / (sigma * std::sqrt(2 * std::numbers::pi));
}

}  // namespace

double default_sigma(std::span<const QuadratureRule> rules) {
  const auto [lowest, highest] = range_of(rules);
  constexpr double kRounding = 1e-12;
  const double magnitude = std::max(std::abs(lowest), std::abs(highest));
  double scale = (highest - lowest) / 2;
  if (scale <= kRounding * magnitude) scale = magnitude;
  if (scale == 0) scale = 1;
  return std::sqrt(1e-5) * scale;
}

SpectralDensity spectral_density(std::span<const QuadratureRule> rules, double sigma, int points) {
  const auto [lowest, highest] = range_of(rules);
  SY_REQUIRE(sigma > 0, ExitCode::bad_usage,
             "the width of a spectral density's kernels cannot be {}; it must be above 0", sigma);
  SY_REQUIRE(points >= 2, ExitCode::bad_usage,
             "a spectral density cannot be drawn at {} points; ask for 2 or more", points);
  constexpr double kMargin = 5;
  const double first = lowest - kMargin * sigma, last = highest + kMargin * sigma;
  SpectralDensity result{.sigma = sigma, .grid = {}, .density = {}, .standard_error = {}};
  for (int i = 0; i < points; ++i) {
    const double t = std::lerp(first, last, static_cast<double>(i) / (points - 1));
    std::vector<double> samples;
    for (const QuadratureRule& rule : rules) samples.push_back(density_at(t, rule, sigma));
    const auto [mean, error] = sample_mean(samples);
    result.grid.push_back(t);
    result.density.push_back(mean);
    result.standard_error.push_back(error);
  }
  return result;
}

}  // namespace switchyard
