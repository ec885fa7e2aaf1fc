#pragma once
// How a gate's logits become weights of experts, in evaluation mode, on the host.

#include <optional>
#include <span>
#include <vector>

#include "model/config.hpp"

namespace switchyard {

struct GateRule {
  int k = 1;  ///< experts that a sample goes to; all of them for a soft head
  double temperature = 1;
  bool full_softmax = false;  ///< the softmax is over all experts, not over the chosen
};

GateRule gate_rule(const HeadConfig& head);

/// (E) weights of a sample with these logits, 0 for experts that are not chosen; of equal logits
/// the lower expert is chosen. `without`: this expert is not there, as if its logit were -infinity;
/// where it is the only one, all weights are 0.
std::vector<double> gate_weights(const GateRule& rule, std::span<const double> logits,
                                 std::optional<int> without = {});

}  // namespace switchyard
