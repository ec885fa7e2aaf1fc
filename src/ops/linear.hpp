#pragma once
// Differentiable affine maps, single and grouped.

#include <span>

#include "ops/tape.hpp"

namespace switchyard {

/// x (R,I), w (O,I), bias (O) -> x w^T + bias, (R,O).
Variable linear(Tape& tape, const Variable& x, const Variable& w, const Variable& bias);

/// Group g, rows [offsets[g], offsets[g+1]) of x, meets its own weight (O,I) and bias (O). A group
/// may be empty: its weight and bias then get zero gradients.
Variable grouped_linear(Tape& tape, const Variable& x, std::span<const std::int64_t> offsets,
                        std::span<const Variable> weights, std::span<const Variable> biases);

}  // namespace switchyard
