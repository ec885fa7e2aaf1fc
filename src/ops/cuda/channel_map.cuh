#pragma once
// Functions of the elements of a (rows, channels) matrix with coefficients by channel.

#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/channel_walk.cuh"

namespace switchyard {

// Together they keep enough loads on their way to fill the memory's bandwidth.
inline constexpr int kBlocksPerMultiprocessor = 2;
inline constexpr int kLoadsInFlight = 4;  // packs of a thread, at least

/// put(i, get(i)) for the first element i of each of the thread's packs, kInFlight loads ahead.
template <int N, int kInFlight, class Get, class Put>
__device__ void for_each_pack(const ChannelWalk& walk, Get&& get, Put&& put) {
  const std::int64_t stride = walk.stride();
  for (std::int64_t r = walk.first_row(); r < walk.rows; r += kInFlight * stride) {
    const std::int64_t first = r * walk.channels + walk.channel(N);
    const std::int64_t step = stride * walk.channels;
    using Row = decltype(get(first));
    Row found[kInFlight];
#pragma unroll
    for (int n = 0; n < kInFlight; ++n)
      found[n] = r + n * stride < walk.rows ? get(first + n * step) : Row{};
#pragma unroll
    for (int n = 0; n < kInFlight; ++n)
      if (r + n * stride < walk.rows) put(first + n * step, found[n]);
  }
}

/// kernel(walk, arguments...) in blocks for walks of at least `steps` rows, packs of N.
template <int N, class Kernel, class... Arguments>
void launch_walk(cudaStream_t stream, const BatchNormExtent& extent, Kernel kernel, int steps,
                 const Arguments&... arguments) {
  const ChannelWalk walk = ChannelWalk::over(extent.rows, extent.channels, N);
  launch(kernel, walk.grid(N, steps, kBlocksPerMultiprocessor * extent.multiprocessors), kBlock,
         stream, walk, arguments...);
}

}  // namespace switchyard
