#pragma once
// Differentiable exchanges between ranks. ops/ knows no communicator: an exchange is a linear map
// with its adjoint, handed in by parallel/.
//
// A dual is exchanged in one message: its tangents travel as further columns of its value, so a
// Hessian-vector product has as many messages as a gradient, not more.

#include <functional>

#include "ops/tape.hpp"

namespace switchyard {

/// A linear map on the rows of matrices, and its transpose. Both are collective.
struct RowExchange {
  std::function<Tensor(const Tensor&)> apply;
  std::function<Tensor(const Tensor&)> adjoint;
};

/// y = exchange(x) for a matrix x.
Variable exchange_rows(Tape& tape, const Variable& x, RowExchange exchange);

/// Sums over the ranks that share a batch.
class BatchReducer {
 public:
  virtual ~BatchReducer() = default;
  /// The sum of all ranks' `partial`, any shape; collective.
  virtual Tensor sum(const Tensor& partial) = 0;
  virtual int ranks() const = 0;
};

/// The sum over ranks of each rank's x; its own transpose.
Variable batch_sum(Tape& tape, const Variable& x, BatchReducer& reducer);

}  // namespace switchyard
