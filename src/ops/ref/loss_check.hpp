#pragma once
// What the kernels of losses ask of their arguments before they touch memory.

#include "device/tensor.hpp"

namespace switchyard::ref {

/// logits (B,C) with C > 0, labels (B,1) i32; whether these are below C is not looked at.
void expect_classification(const Tensor& logits, const Tensor& labels);
/// x (E) with E > 0.
void expect_entries(const Tensor& x);

}  // namespace switchyard::ref
