#pragma once
// Differentiable batch normalisation over the last dimension, with what follows it in a residual
// network: y = activation((x - mean) / sqrt(var + eps) * gamma + beta + residual).

#include "ops/exchange.hpp"
#include "ops/tape.hpp"

namespace switchyard {

struct BatchNormSpec {
  double eps = 1e-5;
  Activation activation = Activation::none;
};

struct BatchNormInputs {
  const Variable& x;                   ///< (...,C)
  const Variable& gamma;               ///< (C), f32 for bf16 x; so is beta
  const Variable& beta;                ///< (C)
  const Variable* residual = nullptr;  ///< x's shape, or none
};

/// Those of x (...,C) on all ranks of `reducer`; the batch joins `running` where there is one.
BatchStatistics batch_statistics(Backend& backend, const Tensor& x, double eps,
                                 BatchReducer& reducer, const RunningStatistics* running = nullptr);

/// Normalises with the statistics of the rows of all ranks of `reducer` (Ioffe & Szegedy 2015):
/// batch_statistics of x with the spec's eps. A rank may have no rows; gamma and beta are the same
/// on all ranks. One fused kernel each way; with probes on the tape, a composition of
/// differentiable primitives.
Variable batch_norm_train(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                          BatchReducer& reducer, const BatchStatistics& statistics);

/// Normalises with given statistics (C), f64, which are constants. Fused, under probes too.
Variable batch_norm_eval(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                         const Tensor& mean, const Tensor& variance);

/// Batch norm with given statistics is x * slope + offset; both (C), in gamma's type.
struct NormAffine {
  Tensor slope;   ///< gamma / sqrt(variance + eps)
  Tensor offset;  ///< beta - mean slope
};
NormAffine fold_batch_norm(Backend& backend, const Tensor& gamma, const Tensor& beta,
                           const Tensor& mean, const Tensor& variance, double eps);

}  // namespace switchyard
