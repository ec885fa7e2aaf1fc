#pragma once
// How threads share rows: a row is walked by a few adjacent threads of a block, a pack at a time,
// so that short rows do not leave threads idle and long ones are read in whole cache lines.

#include <algorithm>
#include <bit>

#include "device/cuda/launch.hpp"

namespace switchyard {

/// Lanes a row: a power of two, at most a block.
struct RowLanes {
  unsigned lanes;

  __device__ unsigned lane() const { return threadIdx.x % lanes; }
  /// The first of this thread's rows, and the step to the next.
  __device__ std::int64_t first_row() const {
    return (std::int64_t{blockIdx.x} * kBlock + threadIdx.x) / lanes;
  }
  __device__ std::int64_t row_step() const { return std::int64_t{gridDim.x} * (kBlock / lanes); }
};

/// At most a warp.
inline RowLanes lanes_for(std::int64_t packs_per_row) {
  const auto packs = std::clamp<std::int64_t>(packs_per_row, 1, kWarp);
  return {std::bit_ceil(static_cast<unsigned>(packs))};
}

/// Blocks of kBlock threads for `rows` rows.
inline dim3 grid_for(std::int64_t rows, RowLanes lanes) {
  return dim3(blocks_for(rows * lanes.lanes));
}

}  // namespace switchyard
