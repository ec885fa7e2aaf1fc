#include "ops/arithmetic.hpp"

#include <utility>

namespace switchyard {
namespace {

Dual lifted_sum_to(Backend& backend, const Dual& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return lift_linear(x, [&](const Tensor& t) { return backend.sum_to(t, shape); });
}

Dual lifted_scale(Backend& backend, const Dual& x, double factor) {
  return lift_linear(x, [&](const Tensor& t) { return backend.scale(t, factor); });
}

Dual converted(Backend& backend, const Dual& x, DType dtype) {
  return lift_linear(x, [&](const Tensor& t) { return backend.convert(t, dtype); });
}

Dual lifted_mul(Backend& backend, const Dual& a, const Dual& b) {
  return lift_bilinear(backend, a, b, [&](const Tensor& s, const Tensor& t) {
    return backend.binary(BinaryOp::mul, s, t);
  });
}

// A tangent that is absent on one side still has to take the shape of the broadcast result.
Dual lifted_add(Backend& backend, BinaryOp op, const Dual& a, const Dual& b) {
  Dual y(backend.binary(op, a.value, b.value));
  for (std::size_t i = 0; i < std::max(a.probes(), b.probes()); ++i) {
    Tensor ta = a.tangent(i), tb = b.tangent(i);
    if (ta && tb) {
      y.tangents.push_back(backend.binary(op, ta, tb));
    } else if (ta) {
      y.tangents.push_back(ta.shape() == y.shape() ? ta : backend.broadcast_to(ta, y.shape()));
    } else if (tb) {
      Tensor t = op == BinaryOp::sub ? backend.scale(tb, -1.0) : tb;
      y.tangents.push_back(t.shape() == y.shape() ? t : backend.broadcast_to(t, y.shape()));
    } else {
      y.tangents.emplace_back();
    }
  }
  return y;
}

Variable add_or_sub(Tape& tape, BinaryOp op, const Variable& a, const Variable& b) {
  Backend& backend = tape.backend();
  return tape.record(lifted_add(backend, op, a.dual, b.dual), {&a, &b},
                     [&tape, op, a_node = a.node, b_node = b.node, a_shape = a.shape(),
                      b_shape = b.shape()](const Dual& dy) {
                       Backend& backend = tape.backend();
                       if (a_node) tape.accumulate(a_node, lifted_sum_to(backend, dy, a_shape));
                       if (!b_node) return;
                       Dual db = lifted_sum_to(backend, dy, b_shape);
                       if (op == BinaryOp::sub) db = lifted_scale(backend, db, -1.0);
                       tape.accumulate(b_node, std::move(db));
                     });
}

// The order-th derivative of op as a function of a dual: t(f(x)) = f'(x) tx.
Dual lifted_unary(Backend& backend, UnaryOp op, int order, const Dual& x) {
  Dual y(backend.unary(op, order, x.value));
  if (!x.has_tangent()) return y;
  Tensor slope = backend.unary(op, order + 1, x.value);
  return lift(std::move(y.value), x,
              [&](const Tensor& t) { return backend.binary(BinaryOp::mul, slope, t); });
}

}  // namespace

Variable add(Tape& tape, const Variable& a, const Variable& b) {
  return add_or_sub(tape, BinaryOp::add, a, b);
}

Variable sub(Tape& tape, const Variable& a, const Variable& b) {
  return add_or_sub(tape, BinaryOp::sub, a, b);
}

Variable mul(Tape& tape, const Variable& a, const Variable& b) {
  return tape.record(
      lifted_mul(tape.backend(), a.dual, b.dual), {&a, &b}, [&tape, a, b](const Dual& dy) {
        Backend& backend = tape.backend();
        if (a.node)
          tape.accumulate(a.node,
                          lifted_sum_to(backend, lifted_mul(backend, dy, b.dual), a.shape()));
        if (b.node)
          tape.accumulate(b.node,
                          lifted_sum_to(backend, lifted_mul(backend, dy, a.dual), b.shape()));
      });
}

Variable scale(Tape& tape, const Variable& x, double factor) {
  if (factor == 1.0) return x;
  return tape.record(lifted_scale(tape.backend(), x.dual, factor), {&x},
                     [&tape, node = x.node, factor](const Dual& dy) {
                       tape.accumulate(node, lifted_scale(tape.backend(), dy, factor));
                     });
}

Variable cast(Tape& tape, const Variable& x, DType dtype) {
  return x.dtype() == dtype ? x : cast_as(tape, x, converted(tape.backend(), x.dual, dtype));
}

Variable cast_as(Tape& tape, const Variable& x, Dual y) {
  return tape.record(std::move(y), {&x}, [&tape, node = x.node, from = x.dtype()](const Dual& dy) {
    tape.accumulate(node, converted(tape.backend(), dy, from));
  });
}

std::vector<Variable> cast_all(Tape& tape, std::span<const Variable> xs, DType dtype) {
  std::vector<Variable> results;
  if (xs.empty() || xs[0].dtype() == dtype || tape.probes() > 0) {
    for (const Variable& x : xs) results.push_back(cast(tape, x, dtype));
    return results;
  }
  std::vector<Tensor> values;
  std::vector<const Variable*> inputs;
  std::vector<GradRef> nodes;
  for (const Variable& x : xs) {
    values.push_back(x.value());
    inputs.push_back(&x);
    nodes.push_back(x.node);
  }
  auto converted = tape.backend().convert_all(values, dtype);
  return tape.record_joint({converted.begin(), converted.end()}, inputs,
                           [&tape, nodes, from = xs[0].dtype()](std::span<const Dual> dys) {
                             std::vector<Tensor> arrived;
                             std::vector<GradRef> owners;
                             for (std::size_t i = 0; i < dys.size(); ++i) {
                               if (!dys[i].value) continue;
                               arrived.push_back(dys[i].value);
                               owners.push_back(nodes[i]);
                             }
                             auto dx = tape.backend().convert_all(arrived, from);
                             for (std::size_t i = 0; i < dx.size(); ++i)
                               tape.accumulate(owners[i], std::move(dx[i]));
                           });
}

Variable add_scalar(Tape& tape, const Variable& x, double c) {
  return add(tape, x, tape.constant(tape.backend().full({1}, x.dtype(), c)));
}

Variable unary(Tape& tape, UnaryOp op, const Variable& x) {
  return tape.record(lifted_unary(tape.backend(), op, 0, x.dual), {&x},
                     [&tape, op, x](const Dual& dy) {
                       Backend& backend = tape.backend();
                       Dual slope = lifted_unary(backend, op, 1, x.dual);
                       tape.accumulate(x.node, lifted_mul(backend, dy, slope));
                     });
}

Variable relu(Tape& tape, const Variable& x) {
  Backend& backend = tape.backend();
  Tensor y = backend.relu(x.value());
  Dual dual = lift(y, x.dual, [&](const Tensor& t) { return backend.relu_grad(t, y); });
  return tape.record(std::move(dual), {&x}, [&tape, node = x.node, y](const Dual& dy) {
    Backend& backend = tape.backend();
    tape.accumulate(node,
                    lift_linear(dy, [&](const Tensor& t) { return backend.relu_grad(t, y); }));
  });
}

Variable sum_to(Tape& tape, const Variable& x, Shape shape) {
  return tape.record(lifted_sum_to(tape.backend(), x.dual, shape), {&x},
                     [&tape, node = x.node, x_shape = x.shape()](const Dual& dy) {
                       Backend& backend = tape.backend();
                       tape.accumulate(node, lift_linear(dy, [&](const Tensor& t) {
                                         return backend.broadcast_to(t, x_shape);
                                       }));
                     });
}

Variable reshape(Tape& tape, const Variable& x, Shape shape) {
  auto reshaped = [](const Dual& d, const Shape& s) {
    return lift_linear(d, [&](const Tensor& t) { return t.reshape(s); });
  };
  return tape.record(reshaped(x.dual, shape), {&x},
                     [&tape, reshaped, node = x.node, x_shape = x.shape()](const Dual& dy) {
                       tape.accumulate(node, reshaped(dy, x_shape));
                     });
}

Variable sum_all(Tape& tape, const Variable& x) {
  return sum_to(tape, reshape(tape, x, {x.value().numel()}), {1});
}

}  // namespace switchyard
