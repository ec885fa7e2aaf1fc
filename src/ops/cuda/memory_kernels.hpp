#pragma once
// Filling and converting device memory. T: every element type; To: float, double, BFloat16.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// y[i] = value for i in [0, n).
template <class T>
void launch_fill(T* y, std::int64_t n, T value, cudaStream_t stream);

/// y[i] = x[i] converted for i in [0, n), to and from BFloat16 by way of float.
template <class From, class To>
void launch_convert(const From* x, To* y, std::int64_t n, cudaStream_t stream);

}  // namespace switchyard
