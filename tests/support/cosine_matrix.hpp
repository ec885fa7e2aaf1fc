#pragma once
// A dense symmetric matrix of a known spectrum, whose eigenvectors have no zeros to speak of.

#include <cmath>
#include <numbers>
#include <span>

#include "support/dense_operator.hpp"

namespace switchyard::test {

/// V diag(eigenvalues) V', row-major, with the orthonormal cosines V of the DCT-II. Random signs
/// have all the variance on it that they can have, where they have none on a diagonal matrix.
inline std::vector<double> cosine_matrix(std::span<const double> eigenvalues) {
  const int n = static_cast<int>(eigenvalues.size());
  const std::vector<double> v = dense_matrix(n, [n](int i, int k) {
    return std::sqrt((k == 0 ? 1.0 : 2.0) / n) * std::cos(std::numbers::pi * (i + 0.5) * k / n);
  });
  return dense_matrix(n, [&](int i, int j) {
    double entry = 0;
    for (int k = 0; k < n; ++k) entry += v[i * n + k] * eigenvalues[k] * v[j * n + k];
    return entry;
  });
}

}  // namespace switchyard::test
