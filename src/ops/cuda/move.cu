#include "ops/cuda/move_kernels.hpp"
#include "ops/cuda/row_lanes.cuh"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

constexpr int kInFlight = 4;  // loads of a thread that do not wait for one another

// Accesses of N words.
template <class Word, int N>
__global__ void move_rows_kernel(RowMove move, RowLanes lanes) {
  constexpr int kBytes = N * sizeof(Word);
  const std::int64_t step = std::int64_t{lanes.lanes} * kBytes;
  for (std::int64_t r = lanes.first_row(); r < move.rows; r += lanes.row_step()) {
    const std::int64_t source = move.index ? move.index[r] : r;
    const std::byte* from = move.from + source * move.from_pitch;
    std::byte* to = move.to + r * move.to_pitch;
#pragma unroll 1
    for (std::int64_t begin = std::int64_t{lanes.lane()} * kBytes; begin < move.row_bytes;
         begin += step * kInFlight) {
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

template <class Word, int N>
void launch_in_words(const RowMove& move, cudaStream_t stream) {
  const RowLanes lanes = lanes_for(move.row_bytes / static_cast<int>(N * sizeof(Word)));
  launch(move_rows_kernel<Word, N>, grid_for(move.rows, lanes), kBlock, stream, move, lanes);
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
