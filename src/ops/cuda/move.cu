#include "ops/cuda/move_kernels.hpp"
#include "ops/cuda/row_lanes.cuh"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

constexpr int kInFlight = 4;                  // loads of a thread that do not wait for one another
constexpr std::int64_t kWantedBlocks = 1024;  // several for each multiprocessor

// Accesses of N words. Blocks of one x share their rows.
template <class Word, int N>
__global__ void move_rows_kernel(RowMove move, RowLanes lanes) {
  constexpr int kBytes = N * sizeof(Word);
  const std::int64_t step = std::int64_t{gridDim.y} * lanes.lanes * kBytes;
  const std::int64_t first = (std::int64_t{blockIdx.y} * lanes.lanes + lanes.lane()) * kBytes;
  for (std::int64_t r = lanes.first_row(); r < move.rows; r += lanes.row_step()) {
    const std::int64_t source = move.index ? move.index[r] : r;
    const std::byte* from = move.from + source * move.from_pitch;
    std::byte* to = move.to + r * move.to_pitch;
#pragma unroll 1
    for (std::int64_t begin = first; begin < move.row_bytes; begin += step * kInFlight) {
      Pack<Word, N> pack[kInFlight] = {};
#pragma unroll
      for (int i = 0; i < kInFlight; ++i)
        if (source >= 0 && begin + i * step < move.row_bytes)
          pack[i] = load_pack<N>(reinterpret_cast<const Word*>(from + begin + i * step));
#pragma unroll
      for (int i = 0; i < kInFlight; ++i)
        if (begin + i * step < move.row_bytes)
          store_pack(reinterpret_cast<Word*>(to + begin + i * step), pack[i]);
    }
  }
}

// More than a warp only where each lane has all its loads under way.
RowLanes lanes_along(std::int64_t packs) {
  if (packs < std::int64_t{kWarp} * kInFlight) return lanes_for(packs);
  const auto lanes = std::min<std::int64_t>(packs / kInFlight, kBlock);
  return {std::bit_floor(static_cast<unsigned>(lanes))};
}

// Blocks that share rows, where these are few and long: a concatenation may be one row.
unsigned blocks_along(std::int64_t packs, RowLanes lanes, unsigned blocks_of_rows) {
  const std::int64_t at_once = std::int64_t{lanes.lanes} * kInFlight;
  const std::int64_t most = std::max<std::int64_t>(kWantedBlocks / std::max(blocks_of_rows, 1u), 1);
  return static_cast<unsigned>(std::min((packs + at_once - 1) / at_once, most));
}

template <class Word, int N>
void launch_in_words(const RowMove& move, cudaStream_t stream) {
  const std::int64_t packs = move.row_bytes / static_cast<int>(N * sizeof(Word));
  const RowLanes lanes = lanes_along(packs);
  dim3 grid = grid_for(move.rows, lanes);
  grid.y = blocks_along(packs, lanes, grid.x);
  launch(move_rows_kernel<Word, N>, grid, kBlock, stream, move, lanes);
}

}  // namespace

void launch_move_rows(const RowMove& move, cudaStream_t stream) {
  if (move.row_bytes == 0) return;
  auto fits = [&](std::int64_t bytes) {
    return aligned_to(bytes, move.from, move.to) && move.from_pitch % bytes == 0 &&
           move.to_pitch % bytes == 0 && move.row_bytes % bytes == 0;
  };
  if (fits(16)) return launch_in_words<std::uint32_t, 4>(move, stream);
  if (fits(8)) return launch_in_words<std::uint32_t, 2>(move, stream);
  if (fits(4)) return launch_in_words<std::uint32_t, 1>(move, stream);
  if (fits(2)) return launch_in_words<std::uint16_t, 1>(move, stream);
  launch_in_words<std::uint8_t, 1>(move, stream);
}

}  // namespace switchyard
