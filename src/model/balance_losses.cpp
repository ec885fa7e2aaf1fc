#include "model/balance_losses.hpp"

#include <cmath>

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"
#include "ops/squared_cv.hpp"

namespace switchyard {
namespace {

constexpr double kTiny = 1e-8;

Variable column_sums(Tape& tape, const Variable& x, BatchReducer& reducer) {
  return batch_sum(tape, sum_to(tape, x, {x.dim(1)}), reducer);
}

// max(mean over the batch of probs, kTiny), (E).
Variable mean_routing(Tape& tape, const Variable& probs, std::int64_t batch,
                      BatchReducer& reducer) {
  Variable mean = scale(tape, column_sums(tape, probs, reducer), 1.0 / static_cast<double>(batch));
  return add_scalar(tape, relu(tape, add_scalar(tape, mean, -kTiny)), kTiny);
}

}  // namespace

// What is added to every entry moves the mean alone.
Variable importance_loss(Tape& tape, const Variable& probs, BatchReducer& reducer) {
  return squared_cv(tape, column_sums(tape, probs, reducer), kTiny);
}

Variable importance_as_load_loss(Tape& tape, const Variable& probs, BatchReducer& reducer) {
  return importance_loss(tape, probs, reducer);
}

LoadEstimate estimate_load(Tape& tape, const Variable& clean, const Variable& noise_std,
                           const Tensor& noise, int k, BatchReducer& reducer) {
  LoadEstimate estimate;
  if (k >= clean.dim(1)) {  // every expert is always chosen
    estimate.threshold =
        tape.constant(tape.backend().full(clean.shape(), clean.dtype(), -INFINITY));
    estimate.probability = tape.constant(tape.backend().full(clean.shape(), clean.dtype(), 1.0));
  } else {
    Variable noisy = add(tape, clean, mul(tape, tape.constant(noise), noise_std));
    estimate.threshold = gather_columns(tape, noisy, tape.backend().kth_other(noisy.value(), k));
    Variable margin = mul(tape, sub(tape, clean, estimate.threshold),
                          unary(tape, UnaryOp::reciprocal, noise_std));
    estimate.probability = unary(tape, UnaryOp::normal_cdf, margin);
  }
  estimate.load = column_sums(tape, estimate.probability, reducer);
  return estimate;
}

Variable smooth_load_loss(Tape& tape, const LoadEstimate& estimate) {
  return squared_cv(tape, estimate.load, kTiny);
}

Variable kl_forward_loss(Tape& tape, const Variable& probs, std::int64_t batch,
                         BatchReducer& reducer) {
  Variable q = mean_routing(tape, probs, batch, reducer);
  double log_experts = std::log(static_cast<double>(probs.dim(1)));
  return sum_all(tape, mul(tape, q, add_scalar(tape, unary(tape, UnaryOp::log, q), log_experts)));
}

Variable kl_reverse_scaled_loss(Tape& tape, const Variable& probs, std::int64_t batch,
                                BatchReducer& reducer) {
  double n = static_cast<double>(probs.dim(1));
  Variable q = mean_routing(tape, probs, batch, reducer);
  Variable log_ratio = add_scalar(tape, unary(tape, UnaryOp::log, q), std::log(n));
  return scale(tape, sum_all(tape, log_ratio), -1.0 / (n * n));
}

}  // namespace switchyard
