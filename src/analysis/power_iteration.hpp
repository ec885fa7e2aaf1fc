#pragma once
// Eigenvalues of largest magnitude by power iteration with deflation, with the stopping rule of
// PyHessian (Yao, Gholami, Keutzer, Mahoney 2020), to compare with its numbers. The rule looks at
// how little the estimate moves, which says little of how far it is from an eigenvalue: Lanczos
// has residuals, and needs fewer products.

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/symmetric_operator.hpp"

namespace switchyard {

struct PowerIterationOptions {
  int eigenvalues = 1;
  double tolerance = 1e-3;   ///< |value - previous| / (|previous| + 1e-6) must fall below it
  int max_iterations = 100;  ///< for each eigenvalue, 1 or more
  std::uint64_t seed = 1;    ///< of the random starts
};

struct PowerEigenpair {
  double value = 0;  ///< v'Av of the last iteration
  Tensor vector;     ///< A v of the last iteration, orthonormalised; v where that leaves nothing
  int iterations = 0;
  bool converged = false;
};

/// After each product: the index of the eigenvalue, the iteration from 1 on, the estimate.
using PowerIterationProgress = std::function<void(int index, int iteration, double value)>;

/// In the order in which they were found. Each start is a normal vector, each iterate orthogonal to
/// the vectors found before. At most as many as the space has dimensions. Collective.
std::vector<PowerEigenpair> power_iteration(SymmetricOperator& op,
                                            const PowerIterationOptions& options,
                                            const PowerIterationProgress& progress = {});

}  // namespace switchyard
