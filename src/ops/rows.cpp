#include "ops/rows.hpp"

#include "ops/arithmetic.hpp"

namespace switchyard {
namespace {

// An op whose forward and adjoint are one linear kernel call each.
template <class Forward, class Adjoint>
Variable linear_kernel(Tape& tape, const Variable& x, Forward forward, Adjoint adjoint) {
  return tape.record(lift_linear(x.dual, forward), {&x},
                     [&tape, node = x.node, adjoint](const Dual& dy) {
                       tape.accumulate(node, lift_linear(dy, adjoint));
                     });
}

// dy's columns [begin, end) back in their place in a matrix of `columns` columns.
Tensor pad_columns(Backend& backend, const Tensor& t, std::int64_t begin, std::int64_t columns) {
  std::int64_t after = columns - begin - t.dim(1);
  std::vector<Tensor> parts;
  if (begin > 0) parts.push_back(backend.zeros({t.dim(0), begin}, t.dtype()));
  parts.push_back(t);
  if (after > 0) parts.push_back(backend.zeros({t.dim(0), after}, t.dtype()));
  return backend.concat_columns(parts);
}

Variable combine_in_one(Tape& tape, const Variable& rows, const Tensor& place,
                        const Variable& weights) {
  Tensor x = rows.value(), w = weights.value();
  return tape.record(tape.backend().combine_rows(x, place, w), {&rows, &weights},
                     [&tape, x, place, w, dx = rows.node, dw = weights.node](const Dual& dy) {
                       CombinedGrads grads =
                           tape.backend().combine_rows_grad(dy.value, x, place, w);
                       tape.accumulate(dx, std::move(grads.rows));
                       tape.accumulate(dw, std::move(grads.weights));
                     });
}

Variable combine_in_steps(Tape& tape, const Variable& rows, const Tensor& place,
                          const Variable& weights) {
  std::int64_t samples = weights.dim(0), k = weights.dim(1), width = rows.dim(1);
  Variable pairs = gather_rows(tape, rows, place);
  Variable weighted = mul(tape, pairs, reshape(tape, weights, {samples * k, 1}));
  Variable by_choice = reshape(tape, weighted, {samples, k, width});
  return reshape(tape, sum_to(tape, by_choice, {samples, 1, width}), {samples, width});
}

}  // namespace

Variable gather_rows(Tape& tape, const Variable& x, const Tensor& index) {
  Backend& backend = tape.backend();
  return linear_kernel(
      tape, x, [&backend, index](const Tensor& t) { return backend.gather_rows(t, index); },
      [&backend, index, rows = x.dim(0)](const Tensor& t) {
        return backend.scatter_add_rows(t, index, rows);
      });
}

Variable combine_rows(Tape& tape, const Variable& rows, const Tensor& place,
                      const Variable& weights) {
  return tape.probes() == 0 ? combine_in_one(tape, rows, place, weights)
                            : combine_in_steps(tape, rows, place, weights);
}

Variable gather_columns(Tape& tape, const Variable& x, const Tensor& index) {
  Backend& backend = tape.backend();
  return linear_kernel(
      tape, x, [&backend, index](const Tensor& t) { return backend.gather_columns(t, index); },
      [&backend, index, columns = x.dim(1)](const Tensor& t) {
        return backend.scatter_add_columns(t, index, columns);
      });
}

Variable scatter_columns(Tape& tape, const Variable& x, const Tensor& index, std::int64_t columns) {
  Backend& backend = tape.backend();
  return linear_kernel(
      tape, x,
      [&backend, index, columns](const Tensor& t) {
        return backend.scatter_add_columns(t, index, columns);
      },
      [&backend, index](const Tensor& t) { return backend.gather_columns(t, index); });
}

Variable slice_columns(Tape& tape, const Variable& x, std::int64_t begin, std::int64_t end) {
  Backend& backend = tape.backend();
  return linear_kernel(
      tape, x,
      [&backend, begin, end](const Tensor& t) { return backend.slice_columns(t, begin, end); },
      [&backend, begin, columns = x.dim(1)](const Tensor& t) {
        return pad_columns(backend, t, begin, columns);
      });
}

Variable concat_columns(Tape& tape, std::span<const Variable> parts) {
  Backend& backend = tape.backend();
  std::size_t probes = 0;
  std::vector<Tensor> tensors;
  std::vector<const Variable*> inputs;
  std::vector<std::pair<GradRef, std::int64_t>> widths;
  for (auto& part : parts) {
    probes = std::max(probes, part.dual.probes());
    tensors.push_back(part.value());
    inputs.push_back(&part);
    widths.emplace_back(part.node, part.dim(1));
  }
  Dual y(backend.concat_columns(tensors));
  for (std::size_t i = 0; i < probes; ++i) {
    std::vector<Tensor> ts;
    bool any = false;
    for (auto& part : parts) {
      Tensor t = part.dual.tangent(i);
      any = any || t;
      ts.push_back(t ? t : backend.zeros(part.shape(), part.dtype()));
    }
    y.tangents.push_back(any ? backend.concat_columns(ts) : Tensor{});
  }
  return tape.record(std::move(y), inputs, [&tape, widths](const Dual& dy) {
    std::int64_t begin = 0;
    for (auto& [node, width] : widths) {
      std::int64_t end = begin + width;
      if (node)
        tape.accumulate(node, lift_linear(dy, [&](const Tensor& t) {
                          return tape.backend().slice_columns(t, begin, end);
                        }));
      begin = end;
    }
  });
}

}  // namespace switchyard
