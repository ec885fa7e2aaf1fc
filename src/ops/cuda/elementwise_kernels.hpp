#pragma once
// Functions of the elements of tensors of one shape, n elements each; T: float, double, BFloat16.

#include <cuda_runtime.h>

#include <cstdint>

#include "ops/op_kinds.hpp"

namespace switchyard {

template <class T>
void launch_binary_same_shape(BinaryOp op, const T* a, const T* b, T* y, std::int64_t n,
                              cudaStream_t stream);

/// y = factor x.
template <class T>
void launch_scale(const T* x, double factor, T* y, std::int64_t n, cudaStream_t stream);

/// sum += factor x.
template <class T>
void launch_add_scaled(T* sum, const T* x, double factor, std::int64_t n, cudaStream_t stream);

/// y = the order-th derivative (0, 1 or 2) of op at x, evaluated in double.
template <class T>
void launch_unary(UnaryOp op, int order, const T* x, T* y, std::int64_t n, cudaStream_t stream);

/// NaN passes through.
template <class T>
void launch_relu(const T* x, T* y, std::int64_t n, cudaStream_t stream);

/// dx = dy where y > 0, else 0.
template <class T>
void launch_relu_grad(const T* dy, const T* y, T* dx, std::int64_t n, cudaStream_t stream);

}  // namespace switchyard
