#pragma once
// Differentiable exchanges between ranks. ops/ knows no communicator: an exchange is a linear map
// with its adjoint, handed in by parallel/.
//
// A dual is exchanged in one message: its tangents travel as further columns of its value, so a
// Hessian-vector product has as many messages as a gradient, not more. Where values are kept from
// pass to pass the tangents travel by themselves, and only in the first pass the values too.

#include <functional>
#include <memory>

#include "ops/tape.hpp"

namespace switchyard {

/// A linear map on the rows of matrices, and its transpose. Both are collective.
struct RowExchange {
  std::function<Tensor(const Tensor&)> apply;
  std::function<Tensor(const Tensor&)> adjoint;
};

/// y = exchange(x) for a matrix x.
Variable exchange_rows(Tape& tape, const Variable& x, RowExchange exchange);

/// What an exchange that is under way delivers; called once, by when the rows are needed.
using Arrival = std::function<Tensor()>;

/// A RowExchange that is started and waited for at different times.
struct StartedRowExchange {
  std::function<Arrival(const Tensor&)> apply;
  std::function<Arrival(const Tensor&)> adjoint;
};

/// An exchange between its begin and its finish, on the tape as in time.
struct ExchangeUnderWay {
  struct Arrivals;
  Variable mark;  ///< without value: joins begin and finish on the tape
  std::shared_ptr<Arrivals> arrivals;
};

/// The two halves of exchange_rows(). Ops recorded between them run while rows travel, forwards
/// and, as the vjp of the finish starts the way back and that of the begin waits for it, backwards.
ExchangeUnderWay begin_exchange(Tape& tape, const Variable& x, StartedRowExchange exchange);
/// Once for each begin.
Variable finish_exchange(Tape& tape, const ExchangeUnderWay& exchange);

/// Sums over the ranks that share a batch.
class BatchReducer {
 public:
  virtual ~BatchReducer() = default;
  /// The sum of all ranks' `partial`, any shape; collective.
  virtual Tensor sum(const Tensor& partial) = 0;
  virtual int ranks() const = 0;
};

/// The sum of all ranks' x, which is a value and has no tangents; collective.
Tensor sum_values(Backend& backend, const Tensor& x, BatchReducer& reducer);

/// The sum over ranks of each rank's x; its own transpose.
Variable batch_sum(Tape& tape, const Variable& x, BatchReducer& reducer);

}  // namespace switchyard
