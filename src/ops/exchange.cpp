#include "ops/exchange.hpp"

#include <utility>

namespace switchyard {
namespace {

// The columns [value | tangent 0 | tangent 1 | ...]. Every rank packs the same number of tangents,
// zeros where it has none, for what is done with them is collective.
Tensor pack(Tape& tape, const Dual& x) {
  if (tape.probes() == 0) return x.value;
  std::vector<Tensor> parts = {x.value};
  for (int i = 0; i < tape.probes(); ++i) {
    Tensor t = x.tangent(i);
    parts.push_back(t ? t : tape.backend().zeros(x.shape(), x.value.dtype()));
  }
  return tape.backend().concat_columns(parts);
}

Dual unpack(Tape& tape, const Tensor& y) {
  if (tape.probes() == 0) return Dual(y);
  Backend& backend = tape.backend();
  std::int64_t width = y.dim(1) / (tape.probes() + 1);
  Dual out(backend.slice_columns(y, 0, width));
  for (int i = 1; i <= tape.probes(); ++i)
    out.tangents.push_back(backend.slice_columns(y, i * width, (i + 1) * width));
  return out;
}

template <class F>
Dual packed(Tape& tape, const Dual& x, F&& f) {
  return unpack(tape, f(pack(tape, x)));
}

Dual reshaped(const Dual& x, const Shape& shape) {
  return lift_linear(x, [&](const Tensor& t) { return t.reshape(shape); });
}

}  // namespace

Variable exchange_rows(Tape& tape, const Variable& x, RowExchange exchange) {
  return tape.record(packed(tape, x.dual, exchange.apply), {&x},
                     [&tape, node = x.node, adjoint = exchange.adjoint](const Dual& dy) {
                       tape.accumulate(node, packed(tape, dy, adjoint));
                     });
}

struct ExchangeUnderWay::Arrivals {
  std::function<Arrival(const Tensor&)> adjoint;
  Arrival forward;
  Arrival backward;
};

ExchangeUnderWay begin_exchange(Tape& tape, const Variable& x, StartedRowExchange exchange) {
  auto arrivals = std::make_shared<ExchangeUnderWay::Arrivals>(std::move(exchange.adjoint),
                                                               exchange.apply(pack(tape, x.dual)));
  Variable mark = tape.record(Dual(), {&x}, [&tape, arrivals, node = x.node](const Dual&) {
    tape.accumulate(node, unpack(tape, std::exchange(arrivals->backward, nullptr)()));
  });
  return {std::move(mark), std::move(arrivals)};
}

Variable finish_exchange(Tape& tape, const ExchangeUnderWay& exchange) {
  Tensor arrived = std::exchange(exchange.arrivals->forward, nullptr)();
  return tape.record(
      unpack(tape, arrived), {&exchange.mark},
      [&tape, arrivals = exchange.arrivals, mark = exchange.mark.node](const Dual& dy) {
        arrivals->backward = arrivals->adjoint(pack(tape, dy));
        tape.accumulate(mark, dy.value);  // any will do: its vjp is then run
      });
}

Variable batch_sum(Tape& tape, const Variable& x, BatchReducer& reducer) {
  auto sum = [&tape, &reducer, shape = x.shape()](const Dual& d) {
    Dual row = reshaped(d, {1, count_elements(shape)});
    return reshaped(packed(tape, row, [&](const Tensor& t) { return reducer.sum(t); }), shape);
  };
  return tape.record(sum(x.dual), {&x}, [&tape, sum, node = x.node](const Dual& dy) {
    tape.accumulate(node, sum(dy));
  });
}

}  // namespace switchyard
