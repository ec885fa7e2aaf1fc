#pragma once
// What forward and backward of the sparse router compute of a row. All lanes of a warp call these;
// a lane owns the experts e = lane, lane + kWarp, ...

#include "ops/cuda/reduce.cuh"

namespace switchyard {

constexpr double kStdFloor = 1e-5;

__device__ inline int lane_of_warp() {
  return static_cast<int>(threadIdx.x % kWarp);
}

/// The sum of f(e) over all experts.
template <class T, class F>
__device__ T sum_over_experts(int experts, F&& f) {
  T sum = 0;
  for (int e = lane_of_warp(); e < experts; e += static_cast<int>(kWarp)) sum += f(e);
  return warp_sum(sum);
}

/// (z - mean) inverse is z standardised.
template <class T>
struct RowStandard {
  T mean;
  T std;      ///< unbiased
  T inverse;  ///< 1 / (std + floor)
};

template <class T>
__device__ RowStandard<T> standard_of(const T* z, int experts) {
  const T mean =
      sum_over_experts<T>(experts, [&](int e) { return z[e]; }) / static_cast<T>(experts);
  const T squares =
      sum_over_experts<T>(experts, [&](int e) { return (z[e] - mean) * (z[e] - mean); });
  const T std = std::sqrt(squares / static_cast<T>(experts - 1));
  return {mean, std, 1 / (std + static_cast<T>(kStdFloor))};
}

}  // namespace switchyard
