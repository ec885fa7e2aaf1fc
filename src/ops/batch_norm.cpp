#include "ops/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/arithmetic.hpp"

namespace switchyard {
namespace {

std::int64_t rows_of(const Variable& x) {
  return count_elements(Shape(x.shape().begin(), x.shape().end() - 1));
}

// 1 / sqrt(variance + eps), both (C) f64.
Tensor inverse_std(Backend& backend, const Tensor& variance, double eps) {
  Tensor shifted = backend.binary(BinaryOp::add, variance, backend.full({1}, DType::f64, eps));
  return backend.unary(UnaryOp::reciprocal, 0, backend.unary(UnaryOp::sqrt, 0, shifted));
}

// Sums of this rank's rows and their number, then of all ranks': one message of 2C + 1 numbers.
BatchStatistics reduce_statistics(Backend& backend, const Variable& x, BatchReducer& reducer) {
  std::int64_t channels = x.dim(-1);
  Tensor sums = backend.batch_norm_sums(x.value()).reshape({1, 2 * channels});
  Tensor count = backend.full({1, 1}, DType::f64, static_cast<double>(rows_of(x)));
  std::vector<Tensor> parts = {sums, count};
  Tensor total = reducer.sum(backend.concat_columns(parts));

  BatchStatistics statistics;
  backend.to_host(backend.slice_columns(total, 2 * channels, 2 * channels + 1), &statistics.count);
  double inverse = 1.0 / std::max(statistics.count, 1.0);
  statistics.mean =
      backend.scale(backend.slice_columns(total, 0, channels), inverse).reshape({channels});
  Tensor mean_square = backend.scale(backend.slice_columns(total, channels, 2 * channels), inverse)
                           .reshape({channels});
  // E[x^2] - E[x]^2 in double; rounding may leave a constant channel just below zero.
  statistics.variance = backend.relu(backend.binary(
      BinaryOp::sub, mean_square, backend.binary(BinaryOp::mul, statistics.mean, statistics.mean)));
  return statistics;
}

Variable fused_train(Tape& tape, const BatchNormInputs& in, const BatchNormSpec& spec,
                     BatchReducer& reducer, BatchStatistics& statistics) {
  Backend& backend = tape.backend();
  statistics = reduce_statistics(backend, in.x, reducer);
  BatchMoments moments{statistics.mean, inverse_std(backend, statistics.variance, spec.eps)};
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
        Tensor own = backend.batch_norm_grad_sums(dy.value, mask, x.value(), moments);
        auto parameter_grad = [&](int row) {
          return backend.convert(own.rows(row, row + 1), gamma.dtype()).reshape(gamma.shape());
        };
        tape.accumulate(gamma.node, parameter_grad(1));
        tape.accumulate(beta_node, parameter_grad(0));
        auto grad = backend.batch_norm_grad(dy.value, mask, x.value(), moments, gamma.value(),
                                            reducer.sum(own), std::max(count, 1.0),
                                            residual_node != nullptr);
        tape.accumulate(x.node, std::move(grad.dx));
        tape.accumulate(residual_node, std::move(grad.dresidual));
      });
}

Variable finish(Tape& tape, Variable y, const BatchNormInputs& in, const BatchNormSpec& spec) {
  if (in.residual) y = add(tape, y, *in.residual);
  return spec.activation == Activation::relu ? relu(tape, y) : y;
}

Variable composed_train(Tape& tape, const BatchNormInputs& in, const BatchNormSpec& spec,
                        BatchReducer& reducer, BatchStatistics& statistics) {
  Backend& backend = tape.backend();
  Shape channels = {in.x.dim(-1)};
  Tensor rows = reducer.sum(backend.full({1}, DType::f64, static_cast<double>(rows_of(in.x))));
  backend.to_host(rows, &statistics.count);
  auto batch_mean = [&](const Variable& v) {
    Variable total = batch_sum(tape, sum_to(tape, v, channels), reducer);
    return scale(tape, total, 1.0 / std::max(statistics.count, 1.0));
  };
  Variable mean = batch_mean(in.x);
  Variable centred = sub(tape, in.x, mean);
  Variable variance = batch_mean(unary(tape, UnaryOp::square, centred));
  Variable std_dev = unary(tape, UnaryOp::sqrt, add_scalar(tape, variance, spec.eps));
  Variable slope = mul(tape, in.gamma, unary(tape, UnaryOp::reciprocal, std_dev));
  statistics.mean = backend.convert(mean.value(), DType::f64);
  statistics.variance = backend.convert(variance.value(), DType::f64);
  return finish(tape, add(tape, mul(tape, centred, slope), in.beta), in, spec);
}

}  // namespace

Variable batch_norm_train(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                          BatchReducer& reducer, BatchStatistics& statistics) {
  return tape.probes() == 0 ? fused_train(tape, inputs, spec, reducer, statistics)
                            : composed_train(tape, inputs, spec, reducer, statistics);
}

Variable batch_norm_eval(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                         const Tensor& mean, const Tensor& variance) {
  Backend& backend = tape.backend();
  DType dtype = inputs.x.dtype();
  Variable inv_std =
      tape.constant(backend.convert(inverse_std(backend, variance, spec.eps), dtype));
  Variable slope = mul(tape, inputs.gamma, inv_std);
  Variable offset =
      sub(tape, inputs.beta, mul(tape, tape.constant(backend.convert(mean, dtype)), slope));
  return finish(tape, add(tape, mul(tape, inputs.x, slope), offset), inputs, spec);
}

NormAffine fold_batch_norm(Backend& backend, const Tensor& gamma, const Tensor& beta,
                           const Tensor& mean, const Tensor& variance, double eps) {
  Tensor inv_std = backend.convert(inverse_std(backend, variance, eps), gamma.dtype());
  Tensor slope = backend.binary(BinaryOp::mul, gamma, inv_std);
  Tensor shift = backend.binary(BinaryOp::mul, backend.convert(mean, gamma.dtype()), slope);
  return {slope, backend.binary(BinaryOp::sub, beta, shift)};
}

}  // namespace switchyard
