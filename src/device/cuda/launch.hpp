#pragma once
// How kernels are started. Included by .cu files only.
//
// Those are compiled twice: by nvcc for GPUs, and by the host's compiler against the emulation of
// tests/support/cuda_emulation, which runs the same kernels on the processor. For both to work,
// kernels keep to this subset: one-dimensional blocks of at most 1024 threads; __shared__ arrays of
// constant size; __syncthreads, __syncwarp, __shfl_*_sync and __ballot_sync with full warps;
// atomicAdd on integers; no inline assembly.

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#ifdef __CUDACC__
#include "device/cuda/check.hpp"
#else
#include <cuda_emulation/kernel.hpp>
#endif

namespace switchyard {

/// Enqueues kernel(args...) on `stream`; a grid without blocks is no launch.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, unsigned block, cudaStream_t stream,
            const Arguments&... args) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
#ifdef __CUDACC__
  kernel<<<grid, block, 0, stream>>>(static_cast<Parameters>(args)...);
  SY_CUDA(cudaGetLastError());
#else
  cuda_emulation::launch(grid, block, stream, [=] { kernel(static_cast<Parameters>(args)...); });
#endif
}

inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kBlock = 256;

/// Blocks of kBlock threads that cover n elements; few enough that each loops when n is large.
inline unsigned blocks_for(std::int64_t n) {
  return static_cast<unsigned>(std::min<std::int64_t>((n + kBlock - 1) / kBlock, 1 << 16));
}

template <class F>
__global__ void for_each_kernel(std::int64_t n, F f) {
  std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += stride)
    f(i);
}

/// f(i) for i in [0, n), in any order; F is a struct with a __device__ operator().
template <class F>
void for_each(std::int64_t n, cudaStream_t stream, F f) {
  launch(for_each_kernel<F>, dim3(blocks_for(n)), kBlock, stream, n, f);
}

}  // namespace switchyard
