#pragma once
// What follows a product or a convolution where its library does not do it in the same kernel.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// y (rows, columns) = y + residual (rows, columns) + bias (columns), then max(y, 0) if `relu`. A
/// null residual or bias is left out. Summed in Compute<T>. Bias is T, or float where T is
/// BFloat16.
template <class T, class Bias>
void launch_epilogue(std::int64_t rows, std::int64_t columns, const T* residual, const Bias* bias,
                     bool relu, T* y, cudaStream_t stream);

}  // namespace switchyard
