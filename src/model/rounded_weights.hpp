#pragma once
// Weights in the type that a forward pass computes in.

#include <span>
#include <unordered_map>

#include "ops/tape.hpp"

namespace switchyard {

/// Weights of one type, rounded by one kernel when the first of them is used. Each gradient comes
/// back on its own, as soon as the layer that used the weight has been differentiated.
class RoundedWeights {
 public:
  RoundedWeights(Tape& tape, std::span<Parameter* const> weights, DType dtype)
      : tape_(tape), weights_(weights), dtype_(dtype) {}

  /// One of the weights; the parameter itself where it has the type.
  Variable operator[](Parameter& weight);

 private:
  void round();

  Tape& tape_;
  std::span<Parameter* const> weights_;
  DType dtype_;
  std::unordered_map<const Parameter*, Tensor> rounded_;
};

}  // namespace switchyard
