#pragma once
// The QR decomposition Y = Q R of vectors that come one by one.
//
// A column that depends on those before it, to rounding, adds none to Q: R then has more columns
// than rows.

#include <vector>

#include "analysis/krylov_basis.hpp"

namespace switchyard {

class GrowingQr {
 public:
  /// Q is stored as `storage` says, in the space's type. `space` must outlive this.
  GrowingQr(const VectorSpace& space, const BasisOptions& storage)
      : space_(space), q_(space, storage) {}

  /// The column of R of y: as many numbers as Q has vectors from here on. Collective.
  std::vector<double> add(Tensor y);
  const KrylovBasis& q() const { return q_; }
  /// Whether Q spans the whole space.
  bool complete() const { return q_.size() == space_.dimension(); }

 private:
  const VectorSpace& space_;
  KrylovBasis q_;
};

}  // namespace switchyard
