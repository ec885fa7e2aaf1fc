#pragma once
// What a classifier is made of. Defaults are the sound choices; configs/paper/ has the published.

#include "base/config/field.hpp"

namespace switchyard {

enum class HeadKind { dense, soft_moe, sparse_moe, hard_moe };
inline constexpr Choice<HeadKind> head_choices[] = {{HeadKind::dense, "dense"},
                                                    {HeadKind::soft_moe, "soft"},
                                                    {HeadKind::sparse_moe, "sparse"},
                                                    {HeadKind::hard_moe, "hard"}};

/// How the chosen experts are weighted. With k = 1 the renormalised weight is the constant 1, and
/// the gate learns nothing from the task; the chosen expert's probability out of all E trains it.
enum class GateWeights { automatic, renormalised, full_softmax };
inline constexpr Choice<GateWeights> gate_weight_choices[] = {
    {GateWeights::automatic, "auto"},
    {GateWeights::renormalised, "renormalised"},
    {GateWeights::full_softmax, "full_softmax"}};

struct HeadConfig {
  HeadKind kind = HeadKind::sparse_moe;
  int dense_hidden = 512;
  int experts = 8;
  int expert_hidden = 64;
  int k = 2;
  double temperature = 1.0;
  bool gate_standardize = true;
  bool gate_noise = true;
  double gate_noise_floor = 0.3;
  bool eval_gate_noise = false;
  GateWeights gate_weights = GateWeights::automatic;
  double gate_input_dropout = 0.1;
  double gate_logit_dropout = 0.1;
  double hidden_dropout = 0.1;

  bool is_moe() const { return kind != HeadKind::dense; }
  bool is_sparse() const { return kind == HeadKind::sparse_moe || kind == HeadKind::hard_moe; }
  /// Experts a sample runs through.
  int active_experts() const {
    return kind == HeadKind::hard_moe ? 1 : kind == HeadKind::sparse_moe ? k : experts;
  }
  bool full_softmax() const {
    return gate_weights == GateWeights::full_softmax ||
           (gate_weights == GateWeights::automatic && active_experts() == 1);
  }
};

struct ModelConfig {
  int width = 64;
  int classes = 10;
  HeadConfig head;
};

template <class Visitor>
void visit(Visitor& v, HeadConfig& c) {
  v.field("head", c.kind, "classifier on the features: one MLP or a mixture of experts",
          head_choices);
  v.field("dense-hidden", c.dense_hidden, "hidden units of the dense head", at_least(1));
  v.field("experts", c.experts, "experts of a mixture", at_least(1));
  v.field("expert-hidden", c.expert_hidden, "hidden units of one expert", at_least(1));
  v.field("k", c.k, "experts a sample is sent to (sparse head)", at_least(1));
  v.field("temperature", c.temperature, "gate softmax temperature", above(0));
  v.field("gate-standardize", c.gate_standardize, "standardise each sample's gate logits");
  v.field("gate-noise", c.gate_noise, "add learned Gaussian noise to the gate in training");
  v.field("gate-noise-floor", c.gate_noise_floor, "least standard deviation of that noise",
          at_least(0));
  v.field("eval-gate-noise", c.eval_gate_noise, "keep the gate noise on in evaluation");
  v.field("gate-weights", c.gate_weights,
          "weights of the chosen experts; auto: full_softmax for k = 1, else renormalised",
          gate_weight_choices);
  v.field("gate-input-dropout", c.gate_input_dropout, "dropout on the gate's input",
          Range{.lowest = 0, .highest = 1, .highest_included = false});
  v.field("gate-logit-dropout", c.gate_logit_dropout, "dropout on the gate's logits",
          Range{.lowest = 0, .highest = 1, .highest_included = false});
  v.field("hidden-dropout", c.hidden_dropout, "dropout on the hidden units of MLP and experts",
          Range{.lowest = 0, .highest = 1, .highest_included = false});
}

template <class Visitor>
void visit(Visitor& v, ModelConfig& c) {
  v.group("Model");
  v.field("width", c.width, "channels of the first ResNet-18 stage; 64 is full size", at_least(1));
  visit(v, c.head);
}

/// Checks what spans fields: k against experts, standardisation of a single logit. Throws
/// Error(bad_usage).
void validate(const ModelConfig& config);

}  // namespace switchyard
