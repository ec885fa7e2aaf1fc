#pragma once
// Stochastic gradient descent with momentum, and clipping by global norm, as PyTorch has them.

#include <vector>

#include "base/config/field.hpp"
#include "model/state.hpp"
#include "parallel/grid.hpp"

namespace switchyard {

struct SgdConfig {
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  bool nesterov = false;
  double clip_norm = 0;  ///< 0: no clipping
};

template <class Visitor>
void visit(Visitor& v, SgdConfig& c) {
  v.group("Optimizer");
  v.field("lr", c.learning_rate, "learning rate before the schedule", above(0));
  v.field("momentum", c.momentum, "momentum of SGD", Range{0, 1, true, false});
  v.field("weight-decay", c.weight_decay, "weight decay, added to the gradient", at_least(0));
  v.field("nesterov", c.nesterov, "use Nesterov's momentum");
  v.field("clip-norm", c.clip_norm, "global norm to which gradients are clipped; 0: not at all",
          at_least(0));
}

/// Checks what spans fields. Throws Error(bad_usage).
void validate(const SgdConfig& config);

/// torch.optim.SGD without dampening. Refers to the state, which must outlive it.
class Sgd {
 public:
  Sgd(ModelState& state, const SgdConfig& config);

  /// One update of all parameters by their gradients, which must be synchronised. Enqueued.
  void step(const SgdScalars& scalars);
  /// The same by this learning rate alone.
  void step(double learning_rate);

  /// Momentum buffers, one a parameter in the order of the state's parameters; zeros at first.
  std::vector<Tensor>& momenta() { return momenta_; }

 private:
  ModelState& state_;
  SgdConfig config_;
  std::vector<Tensor> momenta_;
};

/// How gradients are clipped. Both f64 (1), the same on every rank.
struct GradientClip {
  Tensor norm;    ///< before clipping
  Tensor factor;  ///< to scale them by
};

/// max_norm / (norm + 1e-6) where that is below 1, else 1, as torch.nn.utils.clip_grad_norm_ has
/// it. The L2 norm is that of the whole model's gradient, each expert's entries counted once.
/// Collective; gradients must be synchronised.
GradientClip clip_gradients(ModelState& state, const ProcessGrid& grid, double max_norm);

}  // namespace switchyard
