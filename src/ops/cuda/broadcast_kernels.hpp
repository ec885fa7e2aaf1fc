#pragma once
// Elementwise functions of tensors that are broadcast; T: float, double, BFloat16.

#include <cuda_runtime.h>

#include <cstdint>

#include "ops/op_kinds.hpp"

namespace switchyard {

inline constexpr int kMaxDims = 8;

/// Steps through two operands, in elements, for each dimension of the result, first to last.
struct Broadcast {
  int dims = 0;
  std::int64_t length[kMaxDims];
  std::int64_t step_a[kMaxDims];
  std::int64_t step_b[kMaxDims];
};

/// y[i] = a[...] op b[...] for the n elements of the result.
template <class T>
void launch_binary_broadcast(BinaryOp op, const T* a, const T* b, T* y, std::int64_t n,
                             const Broadcast& plan, cudaStream_t stream);

/// y[i] = x[...], x being operand a of the plan.
template <class T>
void launch_broadcast(const T* x, T* y, std::int64_t n, const Broadcast& plan, cudaStream_t stream);

}  // namespace switchyard
