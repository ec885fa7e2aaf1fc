#include "analysis/scaling/normal_order.hpp"

#include <cmath>

namespace switchyard {
namespace {

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace

double expected_largest(int n) {
  const double share = (n - 0.375) / (n + 0.25);
  double below = 0, above = 40;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (below + above) / 2;
    (normal_cdf(middle) < share ? below : above) = middle;
  }
  return n <= 1 ? 0 : below;
}

}  // namespace switchyard
