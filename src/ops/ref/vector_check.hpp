#pragma once
// What the kernels on vectors in host memory ask of their arguments.

#include <span>

#include "ops/kernel_types.hpp"

namespace switchyard::ref {

/// As many tensors on both sides, pair by pair of one shape and type.
void expect_pairs(std::span<const Tensor> a, std::span<const Tensor> b);

/// Gradient and momentum have the parameter's shape and type.
void expect_slot(const SgdSlot& slot);

/// SgdScalars as numbers.
struct SgdNumbers {
  double learning_rate;
  double gradient_factor;
  bool skip;
};
SgdNumbers read_sgd_numbers(const SgdScalars& scalars);

}  // namespace switchyard::ref
