#pragma once
// Eigenpairs of symmetric tridiagonal matrices.

#include <span>
#include <vector>

namespace switchyard {

struct TridiagonalEigen {
  std::vector<double> values;   ///< m, ascending
  std::vector<double> vectors;  ///< m x m: the orthonormal eigenvectors, one after another

  std::span<const double> vector(std::size_t i) const {
    return std::span(vectors).subspan(i * values.size(), values.size());
  }
};

/// Of the matrix with this diagonal (m > 0) and off-diagonal (m - 1).
TridiagonalEigen tridiagonal_eigen(std::span<const double> diagonal,
                                   std::span<const double> off_diagonal);

}  // namespace switchyard
