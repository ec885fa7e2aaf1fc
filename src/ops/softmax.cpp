#include "ops/softmax.hpp"

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"

namespace switchyard {
namespace {

// x minus its row maximum: the same softmax, no overflow. The shift is a constant to
// differentiation, which the result does not depend on.
Variable shifted(Tape& tape, const Variable& x) {
  return sub(tape, x, tape.constant(tape.backend().row_max(x.value())));
}

Variable row_sum(Tape& tape, const Variable& x) {
  return sum_to(tape, x, {x.dim(0), 1});
}

Variable fused_cross_entropy(Tape& tape, const Variable& logits, const Tensor& labels,
                             double label_smoothing) {
  Tensor sum = tape.backend().cross_entropy_sum(logits.value(), labels, label_smoothing);
  return tape.record(
      sum, {&logits},
      [&tape, x = logits.value(), node = logits.node, labels, label_smoothing](const Dual& dy) {
        tape.accumulate(
            node, tape.backend().cross_entropy_sum_grad(dy.value, x, labels, label_smoothing));
      });
}

Variable composed_cross_entropy(Tape& tape, const Variable& logits, const Tensor& labels,
                                double label_smoothing) {
  Variable log_p = log_softmax(tape, logits);
  Variable loss =
      scale(tape, sum_all(tape, gather_columns(tape, log_p, labels)), -(1.0 - label_smoothing));
  if (label_smoothing == 0.0) return loss;
  double uniform = label_smoothing / static_cast<double>(logits.dim(1));
  return add(tape, loss, scale(tape, sum_all(tape, log_p), -uniform));
}

}  // namespace

Variable softmax(Tape& tape, const Variable& x) {
  Variable e = unary(tape, UnaryOp::exp, shifted(tape, x));
  return mul(tape, e, unary(tape, UnaryOp::reciprocal, row_sum(tape, e)));
}

Variable log_softmax(Tape& tape, const Variable& x) {
  Variable z = shifted(tape, x);
  Variable total = row_sum(tape, unary(tape, UnaryOp::exp, z));
  return sub(tape, z, unary(tape, UnaryOp::log, total));
}

Variable cross_entropy_sum(Tape& tape, const Variable& logits, const Tensor& labels,
                           double label_smoothing) {
  return tape.probes() == 0 ? fused_cross_entropy(tape, logits, labels, label_smoothing)
                            : composed_cross_entropy(tape, logits, labels, label_smoothing);
}

}  // namespace switchyard
