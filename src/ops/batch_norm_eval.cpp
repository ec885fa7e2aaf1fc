// Batch normalisation with given statistics: an affine map a channel, in one kernel each way for
// the value and for each tangent.

#include <algorithm>
#include <utility>

#include "ops/batch_norm.hpp"

namespace switchyard {
namespace {

// 1 / sqrt(variance + eps), both (C) f64.
Tensor inverse_std(Backend& backend, const Tensor& variance, double eps) {
  Tensor shifted = backend.binary(BinaryOp::add, variance, backend.full({1}, DType::f64, eps));
  return backend.unary(UnaryOp::reciprocal, 0, backend.unary(UnaryOp::sqrt, 0, shifted));
}

// gamma inv_std.
Dual slope_of(Backend& backend, const Dual& gamma, const BatchMoments& moments) {
  const Tensor inv_std = backend.convert(moments.inv_std, gamma.value.dtype());
  return lift_linear(gamma,
                     [&](const Tensor& t) { return backend.binary(BinaryOp::mul, t, inv_std); });
}

// The sum with undefined tensors as zeros; undefined if all are. `x` says the shape.
Tensor sum_present(Backend& backend, ChannelSum sum, const Tensor& x, DType slope_dtype) {
  for (ChannelTerm* term : {&sum.first, &sum.second})
    if (!term->x || !term->slope) *term = {};
  if (!sum.first.x) std::swap(sum.first, sum.second);
  if (!sum.first.x && !sum.offset && !sum.addend) return {};
  if (!sum.first.x) sum.first = {x, backend.zeros({x.dim(-1)}, slope_dtype)};
  return backend.channel_affine(sum);
}

// tbeta - mean tslope.
Tensor offset_tangent(Backend& backend, const Tensor& tbeta, const Tensor& tslope,
                      const Tensor& mean) {
  if (!tslope) return tbeta;
  Tensor shift = backend.binary(BinaryOp::mul, backend.convert(mean, tslope.dtype()), tslope);
  return tbeta ? backend.binary(BinaryOp::sub, tbeta, shift) : backend.scale(shift, -1.0);
}

// A normalisation by fixed moments, between its forward and its vjp.
struct FixedNorm {
  Variable x, gamma, beta;
  BatchMoments moments;
  Dual slope;
  GradRef residual_node = nullptr;
  Tensor mask = {};  // undefined: no activation

  Dual forward(Backend& backend, const Dual& residual, Activation act);
  void backward(Tape& tape, const Dual& dy) const;
  Dual grad_input(Backend& backend, const Dual& g, const Tensor& mask) const;
  void add_parameter_grads(Tape& tape, const Dual& g, const Tensor& mask) const;
  Backend::BatchNormGradSums sums_tangent(Backend& backend, const Dual& g, const Tensor& mask,
                                          std::size_t probe) const;
};

Dual FixedNorm::forward(Backend& backend, const Dual& residual, Activation act) {
  Dual y(backend.batch_norm_apply(x.value(), moments, gamma.value(), beta.value(), residual.value,
                                  act));
  if (act == Activation::relu) mask = y.value;
  const std::size_t probes =
      std::max({x.dual.probes(), gamma.dual.probes(), beta.dual.probes(), residual.probes()});
  for (std::size_t i = 0; i < probes; ++i) {
    const Tensor tslope = slope.tangent(i);
    y.tangents.push_back(
        sum_present(backend,
                    {.first = {x.dual.tangent(i), slope.value},
                     .second = {x.value(), tslope},
                     .offset = offset_tangent(backend, beta.dual.tangent(i), tslope, moments.mean),
                     .addend = residual.tangent(i),
                     .mask = mask},
                    x.value(), gamma.dtype()));
  }
  return y;
}

// Masked once where the residual takes the masked gradient too.
void FixedNorm::backward(Tape& tape, const Dual& dy) const {
  Backend& backend = tape.backend();
  Dual g = dy;
  Tensor left = mask;
  if (residual_node && mask) {
    g = lift_linear(dy, [&](const Tensor& t) { return backend.relu_grad(t, mask); });
    left = {};
  }
  if (x.node) tape.accumulate(x.node, grad_input(backend, g, left));
  if (gamma.node || beta.node) add_parameter_grads(tape, g, left);
  tape.accumulate(residual_node, std::move(g));
}

Dual FixedNorm::grad_input(Backend& backend, const Dual& g, const Tensor& mask) const {
  Dual dx(backend.channel_affine({.first = {g.value, slope.value}, .mask = mask}));
  for (std::size_t i = 0; i < std::max(g.probes(), slope.probes()); ++i)
    dx.tangents.push_back(sum_present(
        backend,
        {.first = {g.tangent(i), slope.value}, .second = {g.value, slope.tangent(i)}, .mask = mask},
        g.value, gamma.dtype()));
  return dx;
}

void FixedNorm::add_parameter_grads(Tape& tape, const Dual& g, const Tensor& mask) const {
  Backend& backend = tape.backend();
  Dual dgamma, dbeta;
  if (tape.wanted(gamma.node) == DualParts::all || tape.wanted(beta.node) == DualParts::all) {
    auto sums = backend.batch_norm_grad_sums(g.value, mask, x.value(), moments);
    dgamma.value = std::move(sums.dgamma);
    dbeta.value = std::move(sums.dbeta);
  }
  for (std::size_t i = 0; i < std::max(g.probes(), x.dual.probes()); ++i) {
    auto tangent = sums_tangent(backend, g, mask, i);
    dgamma.tangents.push_back(std::move(tangent.dgamma));
    dbeta.tangents.push_back(std::move(tangent.dbeta));
  }
  tape.accumulate(gamma.node, std::move(dgamma));
  tape.accumulate(beta.node, std::move(dbeta));
}

Backend::BatchNormGradSums FixedNorm::sums_tangent(Backend& backend, const Dual& g,
                                                   const Tensor& mask, std::size_t probe) const {
  const Tensor tg = g.tangent(probe), tx = x.dual.tangent(probe);
  if (!tg && !tx) return {};
  if (!tx) return backend.batch_norm_grad_sums(tg, mask, x.value(), moments);
  if (tg) return backend.batch_norm_grad_sums_tangent(g.value, tg, mask, x.value(), tx, moments);
  const Tensor no_mean = backend.zeros(moments.mean.shape(), DType::f64);
  auto of_tx = backend.batch_norm_grad_sums(g.value, mask, tx, {no_mean, moments.inv_std});
  return {{}, std::move(of_tx.dgamma), {}};
}

}  // namespace

Variable batch_norm_eval(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec,
                         const Tensor& mean, const Tensor& variance) {
  Backend& backend = tape.backend();
  const Variable none;
  const Variable& residual = inputs.residual ? *inputs.residual : none;
  const BatchMoments moments{mean, inverse_std(backend, variance, spec.eps)};
  FixedNorm norm{.x = inputs.x,
                 .gamma = inputs.gamma,
                 .beta = inputs.beta,
                 .moments = moments,
                 .slope = slope_of(backend, inputs.gamma.dual, moments),
                 .residual_node = residual.node};
  Dual y = norm.forward(backend, residual.dual, spec.activation);
  return tape.record(std::move(y), {&inputs.x, &inputs.gamma, &inputs.beta, &residual},
                     [&tape, norm = std::move(norm)](const Dual& dy) { norm.backward(tape, dy); });
}

NormAffine fold_batch_norm(Backend& backend, const Tensor& gamma, const Tensor& beta,
                           const Tensor& mean, const Tensor& variance, double eps) {
  Tensor inv_std = backend.convert(inverse_std(backend, variance, eps), gamma.dtype());
  Tensor slope = backend.binary(BinaryOp::mul, gamma, inv_std);
  Tensor shift = backend.binary(BinaryOp::mul, backend.convert(mean, gamma.dtype()), slope);
  return {slope, backend.binary(BinaryOp::sub, beta, shift)};
}

}  // namespace switchyard
