// A counting sort: how many elements of each group every tile holds, where each tile's elements of
// a group begin, and the elements' places, in order.

#include "ops/cuda/group_by_kernels.hpp"
#include "ops/cuda/reduce.cuh"

namespace switchyard {
namespace {

constexpr int kTile = 4096;
constexpr int kThreads = 1024;
constexpr int kWarps = kThreads / static_cast<int>(kWarp);

__device__ int thread() {
  return static_cast<int>(threadIdx.x);
}
__device__ int lane() {
  return thread() % static_cast<int>(kWarp);
}
__device__ int warp() {
  return thread() / static_cast<int>(kWarp);
}

// A block's share of the elements.
struct Tile {
  int first;
  int count;

  __device__ Tile(const GroupExtent& extent, unsigned index)
      : first(static_cast<int>(index) * kTile), count(min(kTile, extent.elements - first)) {}
};

__device__ int warp_inclusive_sum(int value) {
  for (int step = 1; step < static_cast<int>(kWarp); step *= 2) {
    const int below = __shfl_up_sync(kAllLanes, value, step);
    if (lane() >= step) value += below;
  }
  return value;
}

// The sum of the values of the threads before this one; `total` is that of all.
__device__ int block_exclusive_sum(int value, int& total) {
  __shared__ int of_warp[kWarps];
  const int inclusive = warp_inclusive_sum(value);
  __syncthreads();  // an earlier sum may still read
  if (lane() == static_cast<int>(kWarp) - 1) of_warp[warp()] = inclusive;
  __syncthreads();
  const int warps = warp_inclusive_sum(of_warp[lane()]);
  total = __shfl_sync(kAllLanes, warps, kWarps - 1);
  const int before = __shfl_sync(kAllLanes, warps, max(warp() - 1, 0));
  return inclusive - value + (warp() > 0 ? before : 0);
}

// Reads a tile and counts its elements by group.
__device__ void load_and_count(const Tile& tile, const GroupExtent& extent,
                               const std::int32_t* group, std::int32_t* keys, int* counts) {
  for (int g = thread(); g < extent.groups; g += kThreads) counts[g] = 0;
  __syncthreads();
  for (int i = thread(); i < tile.count; i += kThreads) {
    keys[i] = group[tile.first + i];
    atomicAdd(&counts[keys[i]], 1);
  }
  __syncthreads();
}

// Each warp walks the tile in order for one group after the other; `next` holds each group's next
// place.
__device__ void place_tile(const Tile& tile, const GroupExtent& extent, const std::int32_t* keys,
                           const int* next, const GroupByData& data) {
  const unsigned lanes_before = (1u << lane()) - 1;
  for (int g = warp(); g < extent.groups; g += kWarps) {
    int begin = next[g];
    for (int i = lane(); i - lane() < tile.count; i += static_cast<int>(kWarp)) {
      const bool found = i < tile.count && keys[i] == g;
      const unsigned votes = __ballot_sync(kAllLanes, found);
      if (found) {
        const int place = begin + __popc(votes & lanes_before);
        data.place[tile.first + i] = place;
        data.row[place] = (tile.first + i) / extent.per_row;
      }
      begin += __popc(votes);
    }
  }
}

__global__ void __launch_bounds__(kThreads)
    sort_one_tile_kernel(GroupExtent extent, GroupByData data) {
  __shared__ std::int32_t keys[kTile];
  __shared__ int next[kMaxGroups];
  const Tile tile(extent, 0);
  load_and_count(tile, extent, data.group, keys, next);
  const int g = thread();
  int total = 0;
  const int begin = block_exclusive_sum(g < extent.groups ? next[g] : 0, total);
  if (g < extent.groups) data.offsets[g] = next[g] = begin;
  if (g == 0) data.offsets[extent.groups] = total;
  __syncthreads();
  place_tile(tile, extent, keys, next, data);
}

__global__ void __launch_bounds__(kThreads)
    count_tiles_kernel(GroupExtent extent, const std::int32_t* group, std::int32_t* counts) {
  __shared__ std::int32_t keys[kTile];
  __shared__ int found[kMaxGroups];
  load_and_count(Tile(extent, blockIdx.x), extent, group, keys, found);
  for (int g = thread(); g < extent.groups; g += kThreads)
    counts[g * static_cast<int>(gridDim.x) + static_cast<int>(blockIdx.x)] = found[g];
}

// One block turns counts (groups, tiles) into where each tile's elements of each group begin.
__global__ void __launch_bounds__(kThreads)
    scan_tiles_kernel(GroupExtent extent, int tiles, std::int32_t* counts, std::int64_t* offsets) {
  const int size = extent.groups * tiles;
  int begin = 0;
  for (int i0 = 0; i0 < size; i0 += kThreads) {
    const int i = i0 + thread();
    int total = 0;
    const int place = begin + block_exclusive_sum(i < size ? counts[i] : 0, total);
    if (i < size) {
      counts[i] = place;
      if (i % tiles == 0) offsets[i / tiles] = place;
    }
    begin += total;
  }
  if (thread() == 0) offsets[extent.groups] = begin;
}

__global__ void __launch_bounds__(kThreads)
    place_tiles_kernel(GroupExtent extent, GroupByData data, const std::int32_t* begins) {
  __shared__ std::int32_t keys[kTile];
  __shared__ int next[kMaxGroups];
  const Tile tile(extent, blockIdx.x);
  for (int i = thread(); i < tile.count; i += kThreads) keys[i] = data.group[tile.first + i];
  for (int g = thread(); g < extent.groups; g += kThreads)
    next[g] = begins[g * static_cast<int>(gridDim.x) + static_cast<int>(blockIdx.x)];
  __syncthreads();
  place_tile(tile, extent, keys, next, data);
}

}  // namespace

int GroupExtent::tiles() const {
  return std::max((elements + kTile - 1) / kTile, 1);
}

void launch_group_by(cudaStream_t stream, const GroupExtent& extent, const GroupByData& data,
                     std::int32_t* counts) {
  const int tiles = extent.tiles();
  if (tiles == 1) {
    launch(sort_one_tile_kernel, dim3(1), kThreads, stream, extent, data);
    return;
  }
  const dim3 grid(static_cast<unsigned>(tiles));
  launch(count_tiles_kernel, grid, kThreads, stream, extent, data.group, counts);
  launch(scan_tiles_kernel, dim3(1), kThreads, stream, extent, tiles, counts, data.offsets);
  launch(place_tiles_kernel, grid, kThreads, stream, extent, data, counts);
}

}  // namespace switchyard
