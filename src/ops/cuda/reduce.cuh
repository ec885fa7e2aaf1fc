#pragma once
// Reductions within a warp or a block, always in the same order: results repeat to the bit.
//
// Every thread of the warp (of the block, a multiple of kWarp) calls them and gets the result.

#include "device/cuda/launch.hpp"

namespace switchyard {

inline constexpr unsigned kAllLanes = 0xffffffffu;

struct Add {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};

struct Max {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

/// `combine` is commutative.
template <class T, class F>
__device__ T warp_reduce(T value, F combine) {
  for (unsigned lanes = kWarp / 2; lanes > 0; lanes /= 2)
    value = combine(value, __shfl_xor_sync(kAllLanes, value, lanes));
  return value;
}

/// `identity` leaves a value as it is.
template <class T, class F>
__device__ T block_reduce(T value, T identity, F combine) {
  __shared__ T of_warp[kWarp];
  const unsigned lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  value = warp_reduce(value, combine);
  __syncthreads();  // an earlier reduction may still read
  if (lane == 0) of_warp[warp] = value;
  __syncthreads();
  return warp_reduce(lane < blockDim.x / kWarp ? of_warp[lane] : identity, combine);
}

template <class T>
__device__ T warp_sum(T value) {
  return warp_reduce(value, Add{});
}

template <class T>
__device__ T warp_max(T value) {
  return warp_reduce(value, Max{});
}

template <class T>
__device__ T block_sum(T value) {
  return block_reduce(value, T{0}, Add{});
}

/// The sum of f(i) for i in [0, n) by one block.
template <class F>
__device__ double block_sum_of(std::int64_t n, F&& f) {
  double sum = 0;
  for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) sum += f(i);
  return block_sum(sum);
}

/// `lowest`: of which no value is smaller.
template <class T>
__device__ T block_max(T value, T lowest) {
  return block_reduce(value, lowest, Max{});
}

}  // namespace switchyard
