#pragma once
// Eigenpairs at both ends of a symmetric operator's spectrum, by Lanczos with full
// reorthogonalisation.
//
// After m steps the stored vectors V (orthonormal) and the tridiagonal T satisfy
// A V = V T + beta_m v_{m+1} e_m', so an eigenpair (theta, s) of T gives the Ritz pair
// (theta, V s) with residual |A V s - theta V s| = |beta_m s_m| (Parlett 1998, 13.2).
//
// A Krylov space that A maps into itself ends with beta = 0; the next step begins a new one with a
// random vector orthogonal to all before. So small spaces are spanned, and a repeated eigenvalue is
// found as often as it occurs where Krylov spaces end. Where none ends, as with operators of many
// dimensions, it is found once.
//
//   Lanczos lanczos(op, options);
//   while (!lanczos.done()) lanczos.step();

#include <cstdint>
#include <vector>

#include "analysis/krylov_basis.hpp"
#include "analysis/ritz_values.hpp"
#include "analysis/symmetric_operator.hpp"

namespace switchyard {

struct LanczosOptions {
  WantedPairs wanted;  ///< none: steps go on to the last
  int max_iterations = 100;
  std::uint64_t seed = 1;  ///< of random vectors
  Tensor start;            ///< not of unit length; undefined: a random one
  BasisOptions basis;
};

struct Eigenpair {
  RitzValue ritz;
  Tensor vector;  ///< of the operator's space, of unit length
};

struct Eigenpairs {
  std::vector<Eigenpair> largest;   ///< descending
  std::vector<Eigenpair> smallest;  ///< ascending
};

class Lanczos {
 public:
  /// `op` must outlive this.
  Lanczos(SymmetricOperator& op, const LanczosOptions& options);
  /// Goes on where a run with the same operator, seed and basis options was, with the same bits on
  /// the same grid. Error(bad_data) where the vectors are not as many as the state needs.
  Lanczos(SymmetricOperator& op, const LanczosOptions& options, LanczosState state,
          KrylovBasis basis);

  /// One product with the operator; only where there is more to do. Collective.
  void step();
  /// Everything wanted has converged, or the iterations are used up, or the space is spanned.
  bool done() const;
  /// Everything wanted is there, to its tolerance.
  bool converged() const;
  /// The last step ended a Krylov space.
  bool exhausted() const { return !state_.betas.empty() && state_.betas.back() == 0; }

  int iterations() const { return static_cast<int>(state_.alphas.size()); }
  /// Relative error of products and sums: no residual is asked to be below so much of the largest
  /// |theta|.
  double rounding() const { return rounding_; }
  /// To save a run: this, and the vectors basis().stored(i) that have come since the last time.
  /// None of them changes later.
  const LanczosState& state() const { return state_; }
  const KrylovBasis& basis() const { return basis_; }
  /// As of the last step.
  const RitzValues& ritz() const { return ritz_; }

  /// The wanted pairs. Collective.
  Eigenpairs eigenpairs() const;

 private:
  bool spanned() const { return iterations() == op_.space().dimension(); }
  double scale() const;
  void begin_krylov_space();
  void estimate();

  SymmetricOperator& op_;
  LanczosOptions options_;
  double rounding_;
  LanczosState state_;
  KrylovBasis basis_;  ///< a vector a step, and the next one unless the last beta is 0
  TridiagonalEigen eigen_;
  RitzValues ritz_;
};

/// |A u - theta u| of every pair, by op.block() products at once. Collective.
std::vector<double> true_residuals(SymmetricOperator& op, std::span<const Eigenpair> pairs);

}  // namespace switchyard
