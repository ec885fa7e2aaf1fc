#pragma once
// Differentiable affine maps, single and grouped.

#include <span>

#include "ops/tape.hpp"

namespace switchyard {

/// x (R,I), w (O,I), bias (O) -> activation(x w^T + bias), (R,O). One kernel; with probes on the
/// tape the activation is an op of its own.
Variable linear(Tape& tape, const Variable& x, const Variable& w, const Variable& bias,
                Activation act = Activation::none);

/// The same by groups: group g, rows [offsets[g], offsets[g+1]) of x, offsets (G+1) i64, meets its
/// own weight (O,I) and bias (O). A group may be empty: its weight and bias then get zero
/// gradients.
Variable grouped_linear(Tape& tape, const Variable& x, const Tensor& offsets,
                        std::span<const Variable> weights, std::span<const Variable> biases,
                        Activation act = Activation::none);

}  // namespace switchyard
