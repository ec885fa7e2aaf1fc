#pragma once
// A symmetric linear map that is known by its products with vectors alone.

#include <span>
#include <vector>

#include "parallel/vector_space.hpp"

namespace switchyard {

class SymmetricOperator {
 public:
  virtual ~SymmetricOperator() = default;
  virtual VectorSpace& space() = 0;
  /// A x for every x, vectors of space(). Several at once cost less than one by one. Collective.
  virtual std::vector<Tensor> apply(std::span<const Tensor> xs) = 0;
  /// How many vectors apply() is best given at once.
  virtual int block() const { return 1; }

  Tensor apply(const Tensor& x) { return std::move(apply(std::span(&x, 1)).front()); }
};

}  // namespace switchyard
