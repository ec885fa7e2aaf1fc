#pragma once
// The sum of equal blocks, in a fixed order.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// sum[i] = blocks[i] + blocks[size + i] + ... over `count` blocks, first to last; bf16 is added in
/// float. T: float, double, BFloat16 or int64_t. Device memory; enqueued on `stream`.
template <class T>
void sum_blocks(const T* blocks, std::int64_t size, int count, T* sum, cudaStream_t stream);

}  // namespace switchyard
