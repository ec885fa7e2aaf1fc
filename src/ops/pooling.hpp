#pragma once
// Differentiable global average pooling.

#include "ops/tape.hpp"

namespace switchyard {

/// (N,H,W,C) -> (N,C), in f32 for bf16 x.
Variable global_avg_pool(Tape& tape, const Variable& x);

}  // namespace switchyard
