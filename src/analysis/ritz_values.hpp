#pragma once
// What m steps of Lanczos know of a spectrum's ends, and whether that is enough.

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/tridiagonal.hpp"

namespace switchyard {

/// What describes a run of Lanczos beside its vectors: the tridiagonal matrix T, and what comes
/// next. One number each a step.
struct LanczosState {
  std::vector<double> alphas;  ///< T's diagonal
  std::vector<double> betas;   ///< below each of them; 0 where a Krylov space ended
};

/// Which eigenvalues are wanted, and how well.
struct WantedPairs {
  int largest = 5;   ///< algebraic, not by size
  int smallest = 0;  ///< the same
  /// A pair has converged when its residual is at most tolerance |theta|. Of eigenvalues below
  /// `floor` times the largest |theta| no more is asked than of one that large.
  double tolerance = 1e-3;
  double floor = 1e-3;

  int count() const { return largest + smallest; }
};

struct RitzValue {
  double value = 0;
  double residual = 0;  ///< |A u - theta u| of the Ritz pair, by |beta_m s_m|
  double bound = 0;     ///< what a residual may be at most
  bool converged = false;

  bool operator==(const RitzValue&) const = default;
};

struct RitzValues {
  std::vector<RitzValue> largest;   ///< descending; fewer than wanted where there are fewer steps
  std::vector<RitzValue> smallest;  ///< ascending
  double worst =
      0;  ///< the largest quotient of a residual and what it may be; 1 or less: converged
  bool complete = false;  ///< all wanted pairs have converged, and no others are hidden

  bool operator==(const RitzValues&) const = default;
};

/// The wanted eigenvalues of T with their residuals. `rounding`: relative error of products and
/// sums of vectors; no residual is asked to be below `rounding` times the largest |theta|. `eigen`
/// is that of the state's T.
///
/// Krylov spaces that ended hold each eigenvalue once. So they are complete only when one more, in
/// what is orthogonal to them, has been seen to hold nothing that belongs to the wanted ones.
RitzValues ritz_values(const LanczosState& state, const TridiagonalEigen& eigen,
                       const WantedPairs& wanted, double rounding);

/// T's eigenpairs.
TridiagonalEigen eigen_of(const LanczosState& state);

}  // namespace switchyard
