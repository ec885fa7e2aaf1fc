#pragma once
// Launches of global average pooling. T is float, double or BFloat16; means are Compute<T>, of sums
// in double.

#include <cuda_runtime.h>

#include <cstdint>

#include "ops/cuda/compute.hpp"

namespace switchyard {

struct PoolExtent {
  std::int64_t images;
  std::int64_t pixels;  ///< of an image; without any the mean is 0
  std::int64_t channels;
};

/// y (images, channels): means of x (images, pixels, channels).
template <class T>
void launch_global_avg_pool(cudaStream_t stream, const PoolExtent& extent, const T* x,
                            Compute<T>* y);

/// dx (images, pixels, channels): every pixel's share of dy (images, channels).
template <class T>
void launch_global_avg_pool_grad(cudaStream_t stream, const PoolExtent& extent,
                                 const Compute<T>* dy, T* dx);

}  // namespace switchyard
