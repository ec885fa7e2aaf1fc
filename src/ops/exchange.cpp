#include "ops/exchange.hpp"

#include <utility>

namespace switchyard {
namespace {

// The columns [value | tangent 0 | tangent 1 | ...], or those of the tangents alone. Every rank
// packs the same number of tangents, zeros where it has none, for what is done with them is
// collective.
Tensor pack(Tape& tape, const Dual& x, int probes, DualParts packed) {
  std::vector<Tensor> parts;
  if (packed == DualParts::all) parts.push_back(x.value);
  for (int i = 0; i < probes; ++i) {
    Tensor t = x.tangent(i);
    parts.push_back(t ? t : tape.backend().zeros(x.shape(), x.value.dtype()));
  }
  return tape.backend().concat_columns(parts);
}

// `value` is undefined where it was packed too.
Dual unpack(Tape& tape, Tensor value, int probes, const Tensor& y) {
  Backend& backend = tape.backend();
  const int before = value ? 0 : 1;
  std::int64_t width = y.dim(1) / (before + probes);
  auto part = [&](int i) { return backend.slice_columns(y, i * width, (i + 1) * width); };
  Dual out(value ? std::move(value) : part(0));
  for (int i = 0; i < probes; ++i) out.tangents.push_back(part(before + i));
  return out;
}

// What arrives of a dual, once it is waited for.
using DualArrival = std::function<Dual()>;

DualArrival start(Tape& tape, const Dual& x, int probes,
                  const std::function<Arrival(const Tensor&)>& apply) {
  Backend& backend = tape.backend();
  if (!backend.keeps_values()) {
    if (probes == 0) return apply(x.value);
    return [&tape, probes, all = apply(pack(tape, x, probes, DualParts::all))] {
      return unpack(tape, {}, probes, all());
    };
  }
  Tensor value = backend.exchange_values(x.value, [&] { return apply(x.value)(); });
  if (probes == 0) return [value] { return Dual(value); };
  Arrival tangents;
  backend.exchange_anew({}, [&] { tangents = apply(pack(tape, x, probes, DualParts::tangents)); });
  return [&tape, value, probes, tangents] { return unpack(tape, value, probes, tangents()); };
}

Dual exchanged(Tape& tape, const Dual& x, int probes,
               const std::function<Tensor(const Tensor&)>& apply) {
  return start(tape, x, probes,
               [&](const Tensor& t) -> Arrival { return [y = apply(t)] { return y; }; })();
}

// x with a node wherever there is a tape: what some ranks send may depend on parameters whose
// gradient is wanted where what others send does not, and the way back is collective.
Variable differentiated(Tape& tape, const Variable& x) {
  return x.needs_grad() ? x : tape.input(x.dual);
}

Dual reshaped(const Dual& x, const Shape& shape) {
  return lift_linear(x, [&](const Tensor& t) { return t.reshape(shape); });
}

}  // namespace

Variable exchange_rows(Tape& tape, const Variable& rows, RowExchange exchange) {
  Variable x = differentiated(tape, rows);
  return tape.record(exchanged(tape, x.dual, tape.probes(), exchange.apply), {&x},
                     [&tape, node = x.node, adjoint = exchange.adjoint](const Dual& dy) {
                       tape.accumulate(node, exchanged(tape, dy, tape.probes(), adjoint));
                     });
}

struct ExchangeUnderWay::Arrivals {
  std::function<Arrival(const Tensor&)> adjoint;
  DualArrival forward;
  DualArrival backward;
};

ExchangeUnderWay begin_exchange(Tape& tape, const Variable& rows, StartedRowExchange exchange) {
  Variable x = differentiated(tape, rows);
  auto arrivals = std::make_shared<ExchangeUnderWay::Arrivals>(
      std::move(exchange.adjoint), start(tape, x.dual, tape.probes(), exchange.apply), nullptr);
  Variable mark = tape.record(Dual(), {&x}, [&tape, arrivals, node = x.node](const Dual&) {
    tape.accumulate(node, std::exchange(arrivals->backward, nullptr)());
  });
  return {std::move(mark), std::move(arrivals)};
}

Variable finish_exchange(Tape& tape, const ExchangeUnderWay& exchange) {
  return tape.record(
      std::exchange(exchange.arrivals->forward, nullptr)(), {&exchange.mark},
      [&tape, arrivals = exchange.arrivals, mark = exchange.mark.node](const Dual& dy) {
        arrivals->backward = start(tape, dy, tape.probes(), arrivals->adjoint);
        tape.accumulate(mark, dy.value);  // any will do: its vjp is then run
      });
}

Tensor sum_values(Backend& backend, const Tensor& x, BatchReducer& reducer) {
  return backend.exchange_values(x, [&] { return reducer.sum(x); });
}

// Whether what is summed has a tangent is the same on all ranks: it is made of replicated
// parameters and of what has been exchanged.
Variable batch_sum(Tape& tape, const Variable& x, BatchReducer& reducer) {
  auto sum = [&tape, &reducer, shape = x.shape()](const Dual& d) {
    Dual row = reshaped(d, {1, count_elements(shape)});
    const int probes = d.has_tangent() ? tape.probes() : 0;
    return reshaped(exchanged(tape, row, probes, [&](const Tensor& t) { return reducer.sum(t); }),
                    shape);
  };
  return tape.record(sum(x.dual), {&x}, [&tape, sum, node = x.node](const Dual& dy) {
    tape.accumulate(node, sum(dy));
  });
}

}  // namespace switchyard
