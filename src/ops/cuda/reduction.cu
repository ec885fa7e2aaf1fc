#include <algorithm>
#include <bit>

#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/reduction_kernels.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kWantedBlocks = 1024;  // several for each multiprocessor
constexpr std::int64_t kRowsPerThread = 16;   // at least, before a sum is cut into parts

// A block's threads, the first fastest: columns of inner, lanes that share a sum, places of outer.
// All are powers of two, of product kBlock.
struct Layout {
  unsigned columns, lanes, places;
  std::int64_t column_tiles, place_tiles;
};

unsigned power_of_two(std::int64_t n, unsigned most) {
  const auto wanted = static_cast<std::uint64_t>(std::clamp<std::int64_t>(n, 1, most));
  return static_cast<unsigned>(std::bit_ceil(wanted));
}

Layout layout_of(const SumSizes& sizes) {
  const unsigned columns = power_of_two(sizes.inner, kBlock);
  const unsigned lanes = power_of_two(sizes.summed, kBlock / columns);
  const unsigned places = kBlock / columns / lanes;
  return {columns, lanes, places, (sizes.inner + columns - 1) / columns,
          (sizes.outer + places - 1) / places};
}

template <class In, class Out>
__global__ void sum_middle_kernel(const In* x, Out* y, SumSizes sizes, Layout layout,
                                  std::int64_t part_length) {
  __shared__ double partial[kBlock];
  const unsigned lane = threadIdx.x / layout.columns % layout.lanes;
  const std::int64_t place_tile = blockIdx.x / layout.column_tiles;
  const std::int64_t column = (blockIdx.x - place_tile * layout.column_tiles) * layout.columns +
                              threadIdx.x % layout.columns;
  const std::int64_t place =
      place_tile * layout.places + threadIdx.x / (layout.columns * layout.lanes);
  const bool inside = place < sizes.outer && column < sizes.inner;

  double sum = 0;
  if (inside) {
    const In* from = x + place * sizes.summed * sizes.inner + column;
    const std::int64_t begin = blockIdx.y * part_length;
    const std::int64_t end = min(begin + part_length, sizes.summed);
    for (std::int64_t r = begin + lane; r < end; r += layout.lanes)
      sum += static_cast<Compute<In>>(from[r * sizes.inner]);
  }
  partial[threadIdx.x] = sum;
  for (unsigned half = layout.lanes / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half) partial[threadIdx.x] += partial[threadIdx.x + half * layout.columns];
  }
  if (inside && lane == 0)
    y[(place * gridDim.y + blockIdx.y) * sizes.inner + column] =
        static_cast<Out>(static_cast<Compute<Out>>(partial[threadIdx.x]));
}

}  // namespace

std::int64_t sum_parts(const SumSizes& sizes) {
  const Layout layout = layout_of(sizes);
  const std::int64_t blocks = std::max<std::int64_t>(layout.column_tiles * layout.place_tiles, 1);
  const std::int64_t longest = sizes.summed / (kRowsPerThread * layout.lanes);
  return std::clamp<std::int64_t>(kWantedBlocks / blocks, 1, std::max<std::int64_t>(longest, 1));
}

template <class In, class Out>
void launch_sum_middle(const In* x, Out* y, const SumSizes& sizes, std::int64_t parts,
                       cudaStream_t stream) {
  const Layout layout = layout_of(sizes);
  const dim3 grid(static_cast<unsigned>(layout.column_tiles * layout.place_tiles),
                  static_cast<unsigned>(parts));
  launch(sum_middle_kernel<In, Out>, grid, kBlock, stream, x, y, sizes, layout,
         (sizes.summed + parts - 1) / parts);
}

#define SY_INSTANTIATE(In, Out) \
  template void launch_sum_middle(const In*, Out*, const SumSizes&, std::int64_t, cudaStream_t);
SY_INSTANTIATE(float, float)
SY_INSTANTIATE(float, double)
SY_INSTANTIATE(BFloat16, BFloat16)
SY_INSTANTIATE(BFloat16, double)
SY_INSTANTIATE(double, double)
SY_INSTANTIATE(double, float)
SY_INSTANTIATE(double, BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
