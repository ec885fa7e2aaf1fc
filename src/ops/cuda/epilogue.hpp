#pragma once
// What follows a product or a convolution where its library does not do it in the same kernel.

#include <cuda_runtime.h>

#include "ops/kernel_types.hpp"

namespace switchyard {

/// y = activation(y + residual + bias), enqueued. y has C as its last dimension, residual is of its
/// shape and type, bias is (C) of its type, or f32 where y is bf16; either may be undefined.
void apply_epilogue(Tensor& y, const Tensor& residual, const Tensor& bias, Activation act,
                    cudaStream_t stream);

}  // namespace switchyard
