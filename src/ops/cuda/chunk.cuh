#pragma once
// The part of a TensorList that a block works on.

#include "ops/cuda/tensor_list.hpp"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {

struct Chunk {
  int tensor;
  std::int64_t begin, end;  ///< its elements
};

template <int kOperands>
__device__ Chunk chunk_of_block(const TensorList<kOperands>& list) {
  int t = 0;
  while (blockIdx.x >= list.first_chunk[t + 1]) ++t;
  const std::int64_t begin = (blockIdx.x - list.first_chunk[t]) * kChunk;
  return {t, begin, min(begin + kChunk, list.elements[t])};
}

/// The block's threads call f.template operator()<N>(i) for packs of elements [i, i + N) of the
/// chunk, N = 1 where the addresses of the tensor are not those of whole packs.
template <class T, int kOperands, class F>
__device__ void for_packs_of(const Chunk& chunk, const TensorList<kOperands>& list, F f) {
  constexpr int kPack = kPackSize<T>;
  bool aligned = true;
  for (int i = 0; i < kOperands; ++i)
    aligned &= reinterpret_cast<std::uintptr_t>(list.address[chunk.tensor][i]) % kAccessBytes == 0;
  const std::int64_t length = aligned ? (chunk.end - chunk.begin) / kPack * kPack : 0;
  const std::int64_t packed = chunk.begin + length;
  for (std::int64_t i = chunk.begin + threadIdx.x * kPack; i < packed; i += kBlock * kPack)
    f.template operator()<kPack>(i);
  for (std::int64_t i = packed + threadIdx.x; i < chunk.end; i += kBlock)
    f.template operator()<1>(i);
}

}  // namespace switchyard
