#include "ops/batch_norm.hpp"

#include <utility>

#include "ops/arithmetic.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

// All that batch norm does across ranks.
Tensor sum_over_ranks(Backend& backend, const Tensor& x, BatchReducer& reducer, Pass pass) {
  const ZoneScope zone(backend.recorder(), Zone::norm_sync, pass);
  return sum_values(backend, x, reducer);
}

Variable fused_train(Tape& tape, const BatchNormInputs& in, const BatchNormSpec& spec,
                     BatchReducer& reducer, const BatchStatistics& statistics) {
  Backend& backend = tape.backend();
  const BatchMoments& moments = statistics.moments;
  Tensor y =
      backend.batch_norm_apply(in.x.value(), moments, in.gamma.value(), in.beta.value(),
                               in.residual ? in.residual->value() : Tensor{}, spec.activation);
  Variable none;
  const Variable& residual = in.residual ? *in.residual : none;
  Tensor mask = spec.activation == Activation::relu ? y : Tensor{};
  return tape.record(
      y, {&in.x, &in.gamma, &in.beta, &residual},
      [&tape, &reducer, moments, mask, x = in.x, gamma = in.gamma, beta_node = in.beta.node,
       residual_node = residual.node, count = statistics.count](const Dual& dy) {
        Backend& backend = tape.backend();
        auto own = backend.batch_norm_grad_sums(dy.value, mask, x.value(), moments);
        tape.accumulate(gamma.node, std::move(own.dgamma));
        tape.accumulate(beta_node, std::move(own.dbeta));
        auto grad =
            backend.batch_norm_grad(dy.value, mask, x.value(), moments, gamma.value(),
                                    sum_over_ranks(backend, own.sums, reducer, Pass::backward),
                                    count, residual_node != nullptr);
        tape.accumulate(x.node, std::move(grad.dx));
        tape.accumulate(residual_node, std::move(grad.dresidual));
      });
}

// 1 / max(count, 1), (1) f64.
Tensor inverse_count(Backend& backend, const Tensor& count) {
  Tensor one = backend.full({1}, DType::f64, 1.0);
  Tensor more_than_one = backend.relu(backend.binary(BinaryOp::sub, count, one));
  return backend.unary(UnaryOp::reciprocal, 0, backend.binary(BinaryOp::add, more_than_one, one));
}

// What follows the normalisation: y is of gamma's type, the residual and the result of x's.
Variable finish(Tape& tape, const Variable& y, const BatchNormInputs& in,
                const BatchNormSpec& spec) {
  Variable out = cast(tape, y, in.x.dtype());
  if (in.residual) out = add(tape, out, *in.residual);
  return spec.activation == Activation::relu ? relu(tape, out) : out;
}

Variable composed_train(Tape& tape, const BatchNormInputs& in, const BatchNormSpec& spec,
                        BatchReducer& reducer, const BatchStatistics& statistics) {
  Backend& backend = tape.backend();
  DType dtype = in.gamma.dtype();
  Shape channels = {in.x.dim(-1)};
  Variable share = tape.constant(backend.convert(inverse_count(backend, statistics.count), dtype));
  auto batch_mean = [&](const Variable& v) {
    Variable sum = sum_to(tape, v, channels);
    const ZoneScope zone(backend.recorder(), Zone::norm_sync);
    return mul(tape, batch_sum(tape, sum, reducer), share);
  };
  Variable x = cast(tape, in.x, dtype);
  Variable centred = sub(tape, x, batch_mean(x));
  Variable variance = batch_mean(unary(tape, UnaryOp::square, centred));
  Variable std_dev = unary(tape, UnaryOp::sqrt, add_scalar(tape, variance, spec.eps));
  Variable slope = mul(tape, in.gamma, unary(tape, UnaryOp::reciprocal, std_dev));
  return finish(tape, add(tape, mul(tape, centred, slope), in.beta), in, spec);
}

}  // namespace

BatchStatistics batch_statistics(Backend& backend, const Tensor& x, double eps,
                                 BatchReducer& reducer, const RunningStatistics* running) {
  Tensor sums = sum_over_ranks(backend, backend.batch_norm_sums(x), reducer, Pass::forward);
  return backend.batch_norm_statistics(sums, eps, running);
}

Variable batch_norm_train(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                          BatchReducer& reducer, const BatchStatistics& statistics) {
  return tape.probes() == 0 ? fused_train(tape, inputs, spec, reducer, statistics)
                            : composed_train(tape, inputs, spec, reducer, statistics);
}

}  // namespace switchyard
