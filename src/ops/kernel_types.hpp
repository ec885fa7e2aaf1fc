#pragma once
// Arguments and results of kernels: see backend.hpp for what the kernels do.
//
// B rows (samples), E experts or columns, k of them chosen, C channels, G groups.

#include <array>
#include <cstdint>

#include "base/random.hpp"
#include "device/tensor.hpp"
#include "ops/op_kinds.hpp"

namespace switchyard {

struct Conv2dSpec {
  int stride = 1;
  int padding = 0;
  bool operator==(const Conv2dSpec&) const = default;
};

/// Statistics a normalised batch was, or is to be, normalised with. All (C) f64.
struct BatchMoments {
  Tensor mean;
  Tensor inv_std;  ///< 1 / sqrt(biased variance + eps)
};

/// What a batch that is normalised looks like. All f64.
struct BatchStatistics {
  BatchMoments moments;
  Tensor variance;  ///< (C), biased
  Tensor count;     ///< (1), rows normalised together, over all ranks
};

/// x (...,C) times a slope (C) a channel; slopes and offsets are f32 where x is bf16.
struct ChannelTerm {
  Tensor x;
  Tensor slope;
};

/// A sum by channel, of which all but the first term may be undefined.
struct ChannelSum {
  ChannelTerm first;
  ChannelTerm second = {};
  Tensor offset = {};  ///< (C)
  Tensor addend = {};  ///< (...,C)
  Tensor mask = {};    ///< (...,C): the sum counts where this is > 0, elsewhere the result is 0
};

/// PyTorch's running statistics: running = (1 - momentum) running + momentum batch, with the
/// unbiased variance; unchanged after a batch without rows.
struct RunningStatistics {
  Tensor* mean;      ///< (C), f32 or f64
  Tensor* variance;  ///< the mean's shape and type
  Tensor* tracked;   ///< one i64: how many batches; also those without rows
  double momentum;
};

struct SgdSpec {
  double momentum = 0.9;
  double weight_decay = 0.0;
  bool nesterov = false;
};

/// One parameter of a multi-tensor update; all of one shape and type.
struct SgdSlot {
  Tensor* parameter;
  const Tensor* gradient;
  Tensor* momentum;
};

/// What changes from step to step. All f64 (1).
struct SgdScalars {
  Tensor learning_rate;
  Tensor gradient_factor;  ///< gradients count times this; undefined: 1
  Tensor skip;             ///< where not 0, nothing is changed; undefined: 0
};

/// The key of a step's random numbers; see RandomStream.
struct RandomKey {
  std::uint64_t seed = 0;
  RandomPurpose purpose{};
  Tensor step;  ///< (1) i64
};

/// How a sparse router chooses experts (Shazeer et al. 2017; arXiv 2601.15021).
struct TopKSpec {
  int k = 1;
  bool standardize = true;   ///< (z - mean) / (unbiased std + 1e-5) over each row first
  double noise_floor = 0.0;  ///< added to softplus(noise logits)
  double temperature = 1.0;
  bool full_softmax = false;  ///< weights from the softmax over all experts, not over the chosen
};

/// What it chooses from, each (B,E) in one type. Undefined members are left out.
struct TopKInputs {
  Tensor gate_logits;
  Tensor noise_logits;  ///< with `noise`, or neither
  Tensor noise;         ///< standard normal numbers
  Tensor mask;          ///< multiplies the noisy logits (dropout)
};

struct TopKRouting {
  Tensor clean;      ///< (B,E), gate logits, standardised where asked for
  Tensor noise_std;  ///< (B,E), softplus(noise logits) + floor; undefined without noise
  Tensor logits;     ///< (B,E), (clean + noise noise_std) mask: what the top k are taken of
  Tensor chosen;     ///< (B,k) i32, best first, of equals the lower expert
  Tensor weights;    ///< (B,k), the chosen experts'
  Tensor probs;      ///< (B,E), the weights in place, 0 elsewhere
};

/// Gradients of a loss by the floating-point members of a TopKRouting; undefined: zero.
struct TopKGrads {
  Tensor clean, noise_std, logits, weights, probs;
};

struct TopKInputGrads {
  Tensor gate_logits;
  Tensor noise_logits;  ///< undefined without noise
};

/// Gradients of a loss by the arguments of a weighted sum of rows, in their shapes.
struct CombinedGrads {
  Tensor rows;
  Tensor weights;
};

/// Elements (of a (B,k) tensor of group numbers) sorted by group, stably.
struct Grouping {
  Tensor place;    ///< (B k) i32: place of each element in the sorted order
  Tensor row;      ///< (B k) i32: row of B that the element at each place lies in
  Tensor offsets;  ///< (G+1) i64: group g is at places [offsets[g], offsets[g+1])
};

/// How images of a batch are made of a data set's bytes; see image_placement.hpp.
struct ImageSpec {
  bool crop = false;    ///< random crop of the image padded by black pixels
  bool mirror = false;  ///< mirrored half of the time
  std::uint64_t seed = 0;
  std::array<double, 3> mean{};  ///< of channels, for pixels in [0, 1]
  std::array<double, 3> std{1, 1, 1};
};

}  // namespace switchyard
