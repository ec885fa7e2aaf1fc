#pragma once
// Least squares with coefficients that cannot be negative.

#include <vector>

namespace switchyard {

struct FitRow {
  std::vector<double> features;
  double value = 0;  ///< above 0
};

/// The coefficients c >= 0 with the least sum of squared errors relative to what is expected,
/// (features . c - value)^2 / (features . c)^2 with the denominator taken from the round before
/// (iteratively reweighted least squares; McCullagh, Nelder 1989, constant coefficient of
/// variation), by trying every set of positive ones: few features only. Of equally good sets that
/// of fewer, then of earlier features. Zeros without rows.
std::vector<double> nonnegative_fit(const std::vector<FitRow>& rows, std::size_t features);

}  // namespace switchyard
