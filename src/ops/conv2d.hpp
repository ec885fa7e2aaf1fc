#pragma once
// Differentiable 2-D convolution.

#include "ops/tape.hpp"

namespace switchyard {

/// x (N,H,W,I), w (O,KH,KW,I) -> (N,OH,OW,O).
Variable conv2d(Tape& tape, const Variable& x, const Variable& w, Conv2dSpec spec);

}  // namespace switchyard
