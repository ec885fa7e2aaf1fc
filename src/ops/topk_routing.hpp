#pragma once
// A differentiable sparse router after its linear layers: standardise, add noise, mask, choose the
// top k, weigh them. One kernel each way; with probes on the tape or a choice that is given, a
// composition of differentiable primitives.

#include "ops/tape.hpp"

namespace switchyard {

/// (B,E) each; see TopKInputs.
struct TopKRouterInputs {
  const Variable& gate_logits;
  const Variable* noise_logits = nullptr;  ///< with `noise`, or neither
  Tensor noise = {};                       ///< standard normal numbers
  Tensor mask = {};                        ///< multiplies the noisy logits; undefined: none
  Tensor chosen = {};   ///< (B,k) i32, instead of the k largest; undefined: those
  Tensor weights = {};  ///< (B,k), constants to use for the chosen; undefined: the formula's
};

/// See TopKRouting. `chosen` is constant to differentiation.
struct TopKRouterOutputs {
  Variable clean;      ///< (B,E)
  Variable noise_std;  ///< (B,E), empty without noise
  Variable logits;     ///< (B,E)
  Variable weights;    ///< (B,k)
  Variable probs;      ///< (B,E)
  Tensor chosen;       ///< (B,k) i32
};

TopKRouterOutputs topk_routing(Tape& tape, const TopKRouterInputs& inputs, const TopKSpec& spec);

}  // namespace switchyard
