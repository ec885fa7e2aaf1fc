#pragma once
// The largest entries of the rows of a matrix x (rows, columns), a warp a row; T: float, double,
// BFloat16. Of equals the lower column comes first; NaN counts as the smallest, so that columns
// are distinct whatever the entries.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// y (rows): the largest entries. columns > 0.
template <class T>
void launch_row_max(const T* x, T* y, std::int64_t rows, std::int64_t columns, cudaStream_t stream);

/// y (rows, k): columns of the k largest entries, largest first. k <= columns.
template <class T>
void launch_topk(const T* x, std::int32_t* y, std::int64_t rows, std::int64_t columns, int k,
                 cudaStream_t stream);

/// y (rows, columns): in place e the column of the k-th largest entry other than e. 0 < k <
/// columns.
template <class T>
void launch_kth_other(const T* x, std::int32_t* y, std::int64_t rows, std::int64_t columns, int k,
                      cudaStream_t stream);

}  // namespace switchyard
