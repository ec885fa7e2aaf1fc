#include "ops/exchange.hpp"

#include <utility>

namespace switchyard {
namespace {

// The columns [value | tangent 0 | tangent 1 | ...], or those of the tangents alone. Every rank
// packs the same number of tangents, zeros where it has none, for what is done with them is
// collective.
Tensor pack(Tape& tape, const Dual& x, DualParts packed) {
  std::vector<Tensor> parts;
  if (packed == DualParts::all) parts.push_back(x.value);
  for (int i = 0; i < tape.probes(); ++i) {
    Tensor t = x.tangent(i);
    parts.push_back(t ? t : tape.backend().zeros(x.shape(), x.value.dtype()));
  }
  return tape.backend().concat_columns(parts);
}

// `value` is undefined where it was packed too.
Dual unpack(Tape& tape, Tensor value, const Tensor& y) {
  Backend& backend = tape.backend();
  const int before = value ? 0 : 1;
  std::int64_t width = y.dim(1) / (before + tape.probes());
  auto part = [&](int i) { return backend.slice_columns(y, i * width, (i + 1) * width); };
  Dual out(value ? std::move(value) : part(0));
  for (int i = 0; i < tape.probes(); ++i) out.tangents.push_back(part(before + i));
  return out;
}

// What arrives of a dual, once it is waited for.
using DualArrival = std::function<Dual()>;

DualArrival start(Tape& tape, const Dual& x, const std::function<Arrival(const Tensor&)>& apply) {
  Backend& backend = tape.backend();
  if (!backend.keeps_values()) {
    if (tape.probes() == 0) return apply(x.value);
    return [&tape, all = apply(pack(tape, x, DualParts::all))] { return unpack(tape, {}, all()); };
  }
  Tensor value = backend.exchange_values(x.value, [&] { return apply(x.value)(); });
  if (tape.probes() == 0) return [value] { return Dual(value); };
  Arrival tangents;
  backend.exchange_anew({}, [&] { tangents = apply(pack(tape, x, DualParts::tangents)); });
  return [&tape, value, tangents] { return unpack(tape, value, tangents()); };
}

Dual exchanged(Tape& tape, const Dual& x, const std::function<Tensor(const Tensor&)>& apply) {
  return start(tape, x, [&](const Tensor& t) -> Arrival { return [y = apply(t)] { return y; }; })();
}

Dual reshaped(const Dual& x, const Shape& shape) {
  return lift_linear(x, [&](const Tensor& t) { return t.reshape(shape); });
}

}  // namespace

Variable exchange_rows(Tape& tape, const Variable& x, RowExchange exchange) {
  return tape.record(exchanged(tape, x.dual, exchange.apply), {&x},
                     [&tape, node = x.node, adjoint = exchange.adjoint](const Dual& dy) {
                       tape.accumulate(node, exchanged(tape, dy, adjoint));
                     });
}

struct ExchangeUnderWay::Arrivals {
  std::function<Arrival(const Tensor&)> adjoint;
  DualArrival forward;
  DualArrival backward;
};

ExchangeUnderWay begin_exchange(Tape& tape, const Variable& x, StartedRowExchange exchange) {
  auto arrivals = std::make_shared<ExchangeUnderWay::Arrivals>(
      std::move(exchange.adjoint), start(tape, x.dual, exchange.apply), nullptr);
  Variable mark = tape.record(Dual(), {&x}, [&tape, arrivals, node = x.node](const Dual&) {
    tape.accumulate(node, std::exchange(arrivals->backward, nullptr)());
  });
  return {std::move(mark), std::move(arrivals)};
}

Variable finish_exchange(Tape& tape, const ExchangeUnderWay& exchange) {
  return tape.record(
      std::exchange(exchange.arrivals->forward, nullptr)(), {&exchange.mark},
      [&tape, arrivals = exchange.arrivals, mark = exchange.mark.node](const Dual& dy) {
        arrivals->backward = start(tape, dy, arrivals->adjoint);
        tape.accumulate(mark, dy.value);  // any will do: its vjp is then run
      });
}

Tensor sum_values(Backend& backend, const Tensor& x, BatchReducer& reducer) {
  return backend.exchange_values(x, [&] { return reducer.sum(x); });
}

Variable batch_sum(Tape& tape, const Variable& x, BatchReducer& reducer) {
  auto sum = [&tape, &reducer, shape = x.shape()](const Dual& d) {
    Dual row = reshaped(d, {1, count_elements(shape)});
    return reshaped(exchanged(tape, row, [&](const Tensor& t) { return reducer.sum(t); }), shape);
  };
  return tape.record(sum(x.dual), {&x}, [&tape, sum, node = x.node](const Dual& dy) {
    tape.accumulate(node, sum(dy));
  });
}

}  // namespace switchyard
