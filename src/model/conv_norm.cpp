#include <cmath>

#include "model/layers.hpp"
#include "ops/arithmetic.hpp"
#include "ops/batch_norm.hpp"
#include "ops/conv2d.hpp"

namespace switchyard {
namespace {

constexpr double kNormEps = 1e-5;
constexpr double kNormMomentum = 0.1;

Init conv_init(ConvShape shape, ConvInit init) {
  double area = shape.kernel * shape.kernel;
  if (init == ConvInit::kaiming_normal_fan_out)
    return {Init::Kind::normal, std::sqrt(2.0 / (shape.out * area))};
  return {Init::Kind::uniform, 1.0 / std::sqrt(shape.in * area)};
}

}  // namespace

ConvNorm::ConvNorm(ModelState& state, const std::string& conv_name, const std::string& norm_name,
                   ConvShape shape, ConvInit init, Activation activation)
    : state_(state), spec_{shape.stride, shape.kernel / 2}, activation_(activation) {
  Backend& backend = state.backend();
  weight_ =
      &state.add_parameter(conv_name + ".weight", {shape.out, shape.kernel, shape.kernel, shape.in},
                           conv_init(shape, init));
  gamma_ = &state.add_parameter(norm_name + ".weight", {shape.out}, {Init::Kind::constant, 1.0});
  beta_ = &state.add_parameter(norm_name + ".bias", {shape.out}, {Init::Kind::constant, 0.0});
  running_mean_ =
      &state.add_buffer(norm_name + ".running_mean", backend.full({shape.out}, state.dtype(), 0.0));
  running_var_ =
      &state.add_buffer(norm_name + ".running_var", backend.full({shape.out}, state.dtype(), 1.0));
  std::int64_t none = 0;
  batches_tracked_ = &state.add_buffer(norm_name + ".num_batches_tracked",
                                       backend.from_host(&none, {}, DType::i64));
}

Variable ConvNorm::forward(const ForwardContext& context, const Variable& x,
                           RoundedWeights& weights, const Variable* residual) {
  Tape& tape = context.tape;
  const bool fixed = context.norm_statistics == NormStatistics::running;
  if (fixed && !tape.recording() && tape.probes() == 0)
    return tape.constant(run_prepared(x.value(), residual ? residual->value() : Tensor{}));

  Variable y = conv2d(tape, x, weights[*weight_], spec_);
  Variable gamma = tape.parameter(*gamma_), beta = tape.parameter(*beta_);
  BatchNormInputs inputs{y, gamma, beta, residual};
  BatchNormSpec spec{kNormEps, activation_};
  Backend& backend = tape.backend();
  if (fixed)
    return batch_norm_eval(tape, inputs, spec, backend.convert(running_mean_->value, DType::f64),
                           backend.convert(running_var_->value, DType::f64));
  const RunningStatistics running{&running_mean_->value, &running_var_->value,
                                  &batches_tracked_->value, kNormMomentum};
  BatchStatistics batch = batch_statistics(backend, y.value(), kNormEps, context.norm,
                                           context.mode == Mode::train ? &running : nullptr);
  return batch_norm_train(tape, inputs, spec, context.norm, batch);
}

// Convolution, then x * slope + offset, is a convolution with scaled weights and a bias. They are
// folded in the parameters' type, then the weights rounded to that of the images.
Tensor ConvNorm::run_prepared(const Tensor& x, const Tensor& residual) {
  Backend& backend = state_.backend();
  if (!prepared_ || prepared_version_ != state_.version()) {
    NormAffine affine = fold_batch_norm(backend, gamma_->value, beta_->value,
                                        backend.convert(running_mean_->value, DType::f64),
                                        backend.convert(running_var_->value, DType::f64), kNormEps);
    Tensor weight = backend.binary(BinaryOp::mul, weight_->value,
                                   affine.slope.reshape({affine.slope.dim(0), 1, 1, 1}));
    if (weight.dtype() != x.dtype()) weight = backend.convert(weight, x.dtype());
    prepared_ = backend.prepare_conv2d(weight, affine.offset, spec_, activation_);
    prepared_version_ = state_.version();
  }
  return prepared_->run(x, residual);
}

}  // namespace switchyard
