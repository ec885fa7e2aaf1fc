#include "ops/cuda/combine_kernels.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/reduce.cuh"
#include "ops/cuda/row_lanes.cuh"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

// Elements [c, c + N) of the weighted sum of sample b.
template <int N, class T>
__device__ Pack<T, N> combine_pack(const CombineOperands<T>& in, std::int64_t b, std::int64_t c) {
  Compute<T> sum[N] = {};
  for (std::int64_t pair = b * in.k; pair < (b + 1) * in.k; ++pair) {
    const std::int32_t place = in.place[pair];
    if (place < 0) continue;
    const auto weight = static_cast<Compute<T>>(in.weights[pair]);
    const Pack<T, N> row = load_pack<N>(in.rows + place * in.length + c);
#pragma unroll
    for (int i = 0; i < N; ++i) sum[i] += weight * static_cast<Compute<T>>(row.at[i]);
  }
  Pack<T, N> out;
#pragma unroll
  for (int i = 0; i < N; ++i) out.at[i] = static_cast<T>(sum[i]);
  return out;
}

template <int N, class T>
__global__ void combine_rows_kernel(CombineOperands<T> in, T* y, RowLanes lanes) {
  for (std::int64_t b = lanes.first_row(); b < in.samples; b += lanes.row_step())
    for (std::int64_t c = std::int64_t{lanes.lane()} * N; c < in.length;
         c += std::int64_t{lanes.lanes} * N)
      store_pack(y + b * in.length + c, combine_pack<N>(in, b, c));
}

// Writes this lane's elements of weight dy to drow; returns its part of the product of dy and row.
template <int N, class T>
__device__ Compute<T> scatter_pair(const T* dy, const T* row, Compute<T> weight, T* drow,
                                   std::int64_t length, RowLanes lanes) {
  Compute<T> product = 0;
  for (std::int64_t c = std::int64_t{lanes.lane()} * N; c < length;
       c += std::int64_t{lanes.lanes} * N) {
    const Pack<T, N> g = load_pack<N>(dy + c), x = load_pack<N>(row + c);
    Pack<T, N> out;
#pragma unroll
    for (int i = 0; i < N; ++i) {
      const auto gradient = static_cast<Compute<T>>(g.at[i]);
      out.at[i] = static_cast<T>(weight * gradient);
      product += gradient * static_cast<Compute<T>>(x.at[i]);
    }
    store_pack(drow + c, out);
  }
  return product;
}

// All lanes of the warp call it.
template <class T>
__device__ T sum_over_lanes(T value, RowLanes lanes) {
  for (unsigned step = lanes.lanes / 2; step > 0; step /= 2)
    value += __shfl_xor_sync(kAllLanes, value, step);
  return value;
}

template <int N, class T>
__global__ void combine_rows_grad_kernel(CombineOperands<T> in, const T* dy, T* drows, T* dweights,
                                         RowLanes lanes) {
  const std::int64_t pairs = in.samples * in.k;
  // A warp's lanes stay together for the sum, also those that have no pair left.
  const std::int64_t ahead = threadIdx.x % kWarp / lanes.lanes;
  for (std::int64_t pair = lanes.first_row(); pair - ahead < pairs; pair += lanes.row_step()) {
    const std::int32_t place = pair < pairs ? in.place[pair] : -1;
    Compute<T> product = 0;
    if (place >= 0) {
      const std::int64_t row = place * in.length;
      product =
          scatter_pair<N>(dy + pair / in.k * in.length, in.rows + row,
                          static_cast<Compute<T>>(in.weights[pair]), drows + row, in.length, lanes);
    }
    product = sum_over_lanes(product, lanes);
    if (pair < pairs && lanes.lane() == 0) dweights[pair] = static_cast<T>(product);
  }
}

template <class T, class... Pointers>
bool in_packs(std::int64_t length, const Pointers*... pointers) {
  return length % kPackSize<T> == 0 && aligned_to(kAccessBytes, pointers...);
}

}  // namespace

template <class T>
void launch_combine_rows(const CombineOperands<T>& in, T* y, cudaStream_t stream) {
  constexpr int kPack = kPackSize<T>;
  const bool packed = in_packs<T>(in.length, in.rows, y);
  const RowLanes lanes = lanes_for(packed ? in.length / kPack : in.length);
  auto kernel = packed ? combine_rows_kernel<kPack, T> : combine_rows_kernel<1, T>;
  launch(kernel, grid_for(in.samples, lanes), kBlock, stream, in, y, lanes);
}

template <class T>
void launch_combine_rows_grad(const CombineOperands<T>& in, const T* dy, T* drows, T* dweights,
                              cudaStream_t stream) {
  constexpr int kPack = kPackSize<T>;
  const bool packed = in_packs<T>(in.length, in.rows, dy, drows);
  const RowLanes lanes = lanes_for(packed ? in.length / kPack : in.length);
  auto kernel = packed ? combine_rows_grad_kernel<kPack, T> : combine_rows_grad_kernel<1, T>;
  launch(kernel, grid_for(in.samples * in.k, lanes), kBlock, stream, in, dy, drows, dweights,
         lanes);
}

#define SY_INSTANTIATE(T)                                                         \
  template void launch_combine_rows(const CombineOperands<T>&, T*, cudaStream_t); \
  template void launch_combine_rows_grad(const CombineOperands<T>&, const T*, T*, T*, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
