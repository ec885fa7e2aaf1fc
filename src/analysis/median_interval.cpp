#include "analysis/median_interval.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/error.hpp"

namespace switchyard {
namespace {

// P(Bin(n, 1/2) = k), by logarithms: 2^-n underflows from n = 1075 on.
double probability_of(std::size_t k, std::size_t n) {
  const auto successes = static_cast<double>(k), trials = static_cast<double>(n);
  return std::exp(std::lgamma(trials + 1) - std::lgamma(successes + 1) -
                  std::lgamma(trials - successes + 1) - trials * std::numbers::ln2);
}

}  // namespace

MedianInterval median_interval(std::span<const double> values, double confidence) {
  SY_ASSERT(!values.empty());
  std::vector<double> ordered(values.begin(), values.end());
  std::ranges::sort(ordered);
  const std::size_t n = ordered.size();
  std::size_t left_out = 0;  ///< values at either end
  double tail = probability_of(0, n);
  while (2 * (left_out + 1) < n) {
    const double longer = tail + probability_of(left_out + 1, n);
    if (1 - 2 * longer < confidence) break;
    tail = longer;
    ++left_out;
  }
  return {ordered[left_out], ordered[n - 1 - left_out], std::max(0.0, 1 - 2 * tail)};
}

}  // namespace switchyard
