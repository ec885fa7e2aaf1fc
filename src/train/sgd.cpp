#include "train/sgd.hpp"

#include <cmath>

namespace switchyard {

void validate(const SgdConfig& config) {
  SY_REQUIRE(!config.nesterov || config.momentum > 0, ExitCode::bad_usage,
             "--nesterov needs momentum (it is 0); give --momentum 0.9 or --nesterov off");
}

Sgd::Sgd(ModelState& state, const SgdConfig& config) : state_(state), config_(config) {
  for (const Parameter& p : state.parameters())
    momenta_.push_back(state.backend().zeros(p.value.shape(), p.value.dtype()));
}

void Sgd::step(double learning_rate) {
  SgdSpec spec{learning_rate, config_.momentum, config_.weight_decay, config_.nesterov};
  auto momentum = momenta_.begin();
  for (Parameter& p : state_.parameters())
    state_.backend().sgd_step(p.value, p.grad.value, *momentum++, spec);
  state_.mark_changed();
}

double clip_gradients(ModelState& state, const ProcessGrid& grid, double max_norm) {
  auto gradient = [](const Parameter& p) -> const Tensor& { return p.grad.value; };
  double norm = std::sqrt(sharded_dot(state, grid, gradient, gradient));
  SY_REQUIRE(std::isfinite(norm), ExitCode::run_failed,
             "the gradient is not finite (norm {}); resume from the last checkpoint with a lower "
             "--lr",
             norm);
  double scale = max_norm / (norm + 1e-6);
  if (scale < 1)
    for (Parameter& p : state.parameters())
      p.grad.value = state.backend().scale(p.grad.value, scale);
  return norm;
}

}  // namespace switchyard
