#include "train/sgd.hpp"

#include <vector>

namespace switchyard {
namespace {

// Of the whole model's gradient, f64 (1).
Tensor squared_norm(ModelState& state, const ProcessGrid& grid) {
  Backend& backend = state.backend();
  std::vector<Tensor> replicated, owned;
  for (const Parameter& p : state.parameters())
    (p.expert ? owned : replicated).push_back(p.grad.value);
  Tensor of_experts = backend.dots(owned, owned);
  grid.expert_parallel().all_reduce_sum(of_experts);
  return backend.binary(BinaryOp::add, backend.dots(replicated, replicated), of_experts);
}

}  // namespace

void validate(const SgdConfig& config) {
  SY_REQUIRE(!config.nesterov || config.momentum > 0, ExitCode::bad_usage,
             "--nesterov needs momentum (it is 0); give --momentum 0.9 or --nesterov off");
}

Sgd::Sgd(ModelState& state, const SgdConfig& config) : state_(state), config_(config) {
  for (const Parameter& p : state.parameters())
    momenta_.push_back(state.backend().zeros(p.value.shape(), p.value.dtype()));
}

void Sgd::step(const SgdScalars& scalars) {
  std::vector<SgdSlot> slots;
  auto momentum = momenta_.begin();
  for (Parameter& p : state_.parameters()) slots.push_back({&p.value, &p.grad.value, &*momentum++});
  state_.backend().sgd_step(slots, {config_.momentum, config_.weight_decay, config_.nesterov},
                            scalars);
  state_.mark_changed();
}

void Sgd::step(double learning_rate) {
  step({.learning_rate = state_.backend().full({1}, DType::f64, learning_rate),
        .gradient_factor = {},
        .skip = {}});
}

GradientClip clip_gradients(ModelState& state, const ProcessGrid& grid, double max_norm) {
  Backend& backend = state.backend();
  GradientClip clip;
  clip.norm = backend.unary(UnaryOp::sqrt, 0, squared_norm(state, grid));
  Tensor one = backend.full({1}, DType::f64, 1.0);
  Tensor padded = backend.binary(BinaryOp::add, clip.norm, backend.full({1}, DType::f64, 1e-6));
  Tensor ratio = backend.scale(backend.unary(UnaryOp::reciprocal, 0, padded), max_norm);
  // The ratio where it is below 1, and 1 where it is not.
  Tensor gap = backend.binary(BinaryOp::sub, one, ratio);
  Tensor rest = backend.binary(BinaryOp::sub, one, backend.relu_grad(one, gap));
  clip.factor = backend.binary(BinaryOp::add, backend.relu_grad(ratio, gap), rest);
  return clip;
}

}  // namespace switchyard
