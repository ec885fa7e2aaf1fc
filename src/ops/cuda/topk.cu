#include "ops/cuda/topk.cuh"
#include "ops/cuda/topk_kernels.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kRowsPerBlock = kBlock / kWarp;

// Calls f(row) for the rows of this warp.
template <class F>
__device__ void for_rows_of_warp(std::int64_t rows, F f) {
  const std::int64_t first = blockIdx.x * kRowsPerBlock + threadIdx.x / kWarp;
  for (std::int64_t row = first; row < rows; row += gridDim.x * kRowsPerBlock) f(row);
}

template <class T>
__global__ void row_max_kernel(const T* x, T* y, std::int64_t rows, std::int32_t columns) {
  for_rows_of_warp(rows, [&](std::int64_t r) {
    auto largest = static_cast<Compute<T>>(-INFINITY);
    for (std::int32_t c = threadIdx.x % kWarp; c < columns; c += kWarp)
      largest = Max{}(largest, static_cast<Compute<T>>(x[r * columns + c]));
    largest = warp_max(largest);
    if (threadIdx.x % kWarp == 0) y[r] = static_cast<T>(largest);
  });
}

template <class T>
__global__ void topk_kernel(const T* x, std::int32_t* y, std::int64_t rows, std::int32_t columns,
                            int k) {
  for_rows_of_warp(rows, [&](std::int64_t r) {
    auto last = rank_of_first<Compute<T>>();
    for (int j = 0; j < k; ++j) {
      last = next_ranked(x + r * columns, columns, last);
      if (threadIdx.x % kWarp == 0) y[r * k + j] = last.column;
    }
  });
}

template <class T>
__global__ void kth_other_kernel(const T* x, std::int32_t* y, std::int64_t rows,
                                 std::int32_t columns, int k) {
  for_rows_of_warp(rows, [&](std::int64_t r) {
    const T* row = x + r * columns;
    auto kth = rank_of_first<Compute<T>>();
    for (int j = 0; j < k; ++j) kth = next_ranked(row, columns, kth);
    const auto following = next_ranked(row, columns, kth);
    for (std::int32_t c = threadIdx.x % kWarp; c < columns; c += kWarp) {
      const bool among_first = !kth.before(rank_of(row, c));
      y[r * columns + c] = among_first ? following.column : kth.column;
    }
  });
}

dim3 grid_of(std::int64_t rows) {
  return dim3(blocks_for(rows * kWarp));
}

}  // namespace

template <class T>
void launch_row_max(const T* x, T* y, std::int64_t rows, std::int64_t columns,
                    cudaStream_t stream) {
  launch(row_max_kernel<T>, grid_of(rows), kBlock, stream, x, y, rows, columns);
}

template <class T>
void launch_topk(const T* x, std::int32_t* y, std::int64_t rows, std::int64_t columns, int k,
                 cudaStream_t stream) {
  launch(topk_kernel<T>, grid_of(rows), kBlock, stream, x, y, rows, columns, k);
}

template <class T>
void launch_kth_other(const T* x, std::int32_t* y, std::int64_t rows, std::int64_t columns, int k,
                      cudaStream_t stream) {
  launch(kth_other_kernel<T>, grid_of(rows), kBlock, stream, x, y, rows, columns, k);
}

#define SY_INSTANTIATE(T)                                                                  \
  template void launch_row_max(const T*, T*, std::int64_t, std::int64_t, cudaStream_t);    \
  template void launch_topk(const T*, std::int32_t*, std::int64_t, std::int64_t, int,      \
                            cudaStream_t);                                                 \
  template void launch_kth_other(const T*, std::int32_t*, std::int64_t, std::int64_t, int, \
                                 cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
