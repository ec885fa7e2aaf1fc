#pragma once
// Columns of matrices picked and spread by an index; T: float, double, BFloat16. Indices are not
// checked.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// x (rows, columns), index (rows, picks) -> y (rows, picks), y[b,j] = x[b, index[b,j]].
template <class T>
void launch_gather_columns(const T* x, const std::int32_t* index, T* y, std::int64_t rows,
                           std::int64_t columns, std::int64_t picks, cudaStream_t stream);

/// x and index (rows, picks) -> y (rows, columns), y[b, index[b,j]] += x[b,j] in ascending j.
template <class T>
void launch_scatter_add_columns(const T* x, const std::int32_t* index, T* y, std::int64_t rows,
                                std::int64_t picks, std::int64_t columns, cudaStream_t stream);

}  // namespace switchyard
