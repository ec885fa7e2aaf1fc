#pragma once
// Least squares with coefficients that cannot be negative.

#include <vector>

namespace switchyard {

struct FitRow {
  std::vector<double> features;
  double value = 0;  ///< above 0
};

/// What errors are measured by.
enum class ErrorScale {
  /// The value: counts one that is too large less than one that is too small. For times that are
  /// disturbed upwards only.
  value,
  /// What is expected of the round before (iteratively reweighted least squares, constant
  /// coefficient of variation; McCullagh, Nelder 1989). Means come out as means.
  expectation,
};

/// The coefficients c >= 0 with the least sum of ((features . c - value) / scale)^2, by trying
/// every set of positive ones: few features only. Of equally good sets that of fewer, then of
/// earlier features. Zeros without rows.
std::vector<double> nonnegative_fit(const std::vector<FitRow>& rows, std::size_t features,
                                    ErrorScale scale);

}  // namespace switchyard
