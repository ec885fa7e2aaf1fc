#include "ops/exchange.hpp"

namespace switchyard {
namespace {

// f on the columns [value | tangent 0 | tangent 1 | ...]. Every rank packs the same number of
// tangents, zeros where it has none, for f is collective.
template <class F>
Dual packed(Tape& tape, const Dual& x, F&& f) {
  if (tape.probes() == 0) return Dual(f(x.value));
  Backend& backend = tape.backend();
  std::vector<Tensor> parts = {x.value};
  for (int i = 0; i < tape.probes(); ++i) {
    Tensor t = x.tangent(i);
    parts.push_back(t ? t : backend.zeros(x.shape(), x.value.dtype()));
  }
  Tensor y = f(backend.concat_columns(parts));
  std::int64_t width = y.dim(1) / (tape.probes() + 1);
  Dual out(backend.slice_columns(y, 0, width));
  for (int i = 1; i <= tape.probes(); ++i)
    out.tangents.push_back(backend.slice_columns(y, i * width, (i + 1) * width));
  return out;
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
