#pragma once
// Launches of the grouped linear layer: one launch for up to 64 groups, whose sizes
// only the device knows. T is float, double or BFloat16; sums are kept in Compute<T> and formed in
// a fixed order. Nothing waits; all pointers but those in arrays of pointers are device memory.

#include <cuda_runtime.h>

#include <cstdint>
#include <span>

namespace switchyard {

/// Group g holds rows [offsets[g], offsets[g+1]) of `rows`, offsets running from 0 to rows; its
/// weight is (out, in).
struct GroupedShape {
  const std::int64_t* offsets;
  std::int64_t rows;
  int in;
  int out;
};

/// y (rows, out) = activation(x w^T + bias), x (rows, in). `biases` may be empty.
template <class T>
void launch_grouped_linear(cudaStream_t stream, const GroupedShape& shape, const T* x,
                           std::span<const T* const> weights, std::span<const T* const> biases,
                           bool relu, T* y);

/// dx (rows, in) = dy w, dy (rows, out).
template <class T>
void launch_grouped_linear_grad_input(cudaStream_t stream, const GroupedShape& shape, const T* dy,
                                      std::span<const T* const> weights, T* dx);

/// grads[g] (out, in) = dy^T x over the group's rows.
template <class T>
void launch_grouped_linear_grad_weight(cudaStream_t stream, const GroupedShape& shape, const T* x,
                                       const T* dy, std::span<T* const> grads);

/// grads[g] (out): sums over the group's rows of dy, in double.
template <class T>
void launch_grouped_linear_grad_bias(cudaStream_t stream, const GroupedShape& shape, const T* dy,
                                     std::span<T* const> grads);

}  // namespace switchyard
