#pragma once
// Weighted sums of a few rows a sample, and their derivative; see Backend::combine_rows. T: float,
// double, BFloat16. Each result is computed by one group of lanes in a fixed order.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// What is combined, in device memory. Places are not checked.
template <class T>
struct CombineOperands {
  const T* rows;              ///< (R, length)
  const std::int32_t* place;  ///< (samples, k)
  const T* weights;           ///< (samples, k)
  std::int64_t samples, k, length;
};

/// y (samples, length).
template <class T>
void launch_combine_rows(const CombineOperands<T>& in, T* y, cudaStream_t stream);

/// drows (R, length), of which only rows that a place names are written; dweights (samples, k).
template <class T>
void launch_combine_rows_grad(const CombineOperands<T>& in, const T* dy, T* drows, T* dweights,
                              cudaStream_t stream);

}  // namespace switchyard
