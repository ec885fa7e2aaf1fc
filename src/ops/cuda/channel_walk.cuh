#pragma once
// How blocks cover a (rows, channels) matrix whose channels have coefficients of their own: every
// thread owns a pack of N adjacent channels and walks down the rows, so that what belongs to the
// channels stays in registers and the block reads whole rows.

#include "ops/cuda/vector_access.cuh"

namespace switchyard {

inline constexpr int kMaxPacks = 128;  // of a block; more channels are more columns of blocks

struct ChannelWalk {
  std::int64_t rows;
  int channels;
  int packs;    ///< of a row that a block covers
  int walkers;  ///< rows that a block covers at once

  static ChannelWalk over(std::int64_t rows, int channels, int pack_size) {
    const int packs = std::min(std::max(channels / pack_size, 1), kMaxPacks);
    return {rows, channels, packs, static_cast<int>(kBlock) / packs};
  }
  /// Blocks of kBlock threads for walks of at least `steps` rows, at most about `most` of them.
  dim3 grid(int pack_size, int steps, int most) const {
    const int block_channels = packs * pack_size;
    const int columns = (channels + block_channels - 1) / block_channels;
    const std::int64_t block_rows = std::int64_t{walkers} * steps;
    const std::int64_t down = (rows + block_rows - 1) / block_rows;
    const std::int64_t limit = std::max(most / std::max(columns, 1), 1);
    return dim3(static_cast<unsigned>(std::min(down, limit)), static_cast<unsigned>(columns));
  }

  __device__ int walker() const { return static_cast<int>(threadIdx.x) / packs; }
  __device__ int pack() const { return static_cast<int>(threadIdx.x) % packs; }
  /// First channel of the block, and of the thread.
  __device__ int block_channel(int pack_size) const {
    return static_cast<int>(blockIdx.y) * packs * pack_size;
  }
  __device__ int channel(int pack_size) const {
    return block_channel(pack_size) + pack() * pack_size;
  }
  /// False for threads that the block's shape leaves over.
  __device__ bool takes_part(int pack_size) const {
    return walker() < walkers && channel(pack_size) < channels;
  }
  __device__ std::int64_t first_row() const {
    return std::int64_t{blockIdx.x} * walkers + walker();
  }
  __device__ std::int64_t stride() const { return std::int64_t{gridDim.x} * walkers; }
};

}  // namespace switchyard
