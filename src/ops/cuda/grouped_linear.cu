#include <algorithm>

#include "ops/cuda/grouped_linear_kernels.hpp"
#include "ops/cuda/reduce.cuh"
#include "ops/cuda/tile_product.cuh"

namespace switchyard {
namespace {

constexpr int kGroupsPerLaunch = 64;  // two a lane; their pointers travel as kernel arguments

template <class T>
struct GroupPointers {
  T* at[kGroupsPerLaunch];
};

template <class T>
GroupPointers<T> pointers_of(std::span<T* const> groups) {
  GroupPointers<T> pointers{};
  std::copy(groups.begin(), groups.end(), pointers.at);
  return pointers;
}

// f(first, count) for each launch's share of `groups`.
template <class F>
void for_each_launch(std::size_t groups, F&& f) {
  for (std::size_t first = 0; first < groups; first += kGroupsPerLaunch)
    f(first, std::min<std::size_t>(groups - first, kGroupsPerLaunch));
}

unsigned tiles_of(int n, int size) {
  return static_cast<unsigned>((n + size - 1) / size);
}

struct RowTile {
  int group;
  std::int64_t begin;
  int rows;  // of the group from there on; none: an idle tile
};

// Tile t of the groups' rows. Group g owns tiles from offsets[g] / kTileRows + g on: at least as
// many as it has rows for, and its first one is known without the groups before it.
__device__ RowTile find_row_tile(const std::int64_t* offsets, int groups, std::int64_t t) {
  const auto first_tile = [&](int g) { return (offsets[g] - offsets[0]) / kTileRows + g; };
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  int begun = 0;
  for (int g = lane; g < kGroupsPerLaunch; g += static_cast<int>(kWarp))
    begun += __popc(__ballot_sync(kAllLanes, g < groups && first_tile(g) <= t));
  const int g = begun - 1;
  const std::int64_t begin = offsets[g] + (t - first_tile(g)) * kTileRows;
  return {g, begin, static_cast<int>(offsets[g + 1] - begin)};
}

// y (rows, columns) = activation(x (rows, depth) op(w) + bias): one launch's groups.
template <class T>
struct RowProduct {
  const std::int64_t* offsets;
  int groups;
  const T* x;
  GroupPointers<const T> weights;
  GroupPointers<const T> biases;
  int weight_pitch;
  int depth;
  int columns;
  bool relu;
  T* y;
};

template <class T, bool kWeightAlongDepth>
__global__ void __launch_bounds__(kTileThreads) row_product_kernel(RowProduct<T> p) {
  const RowTile tile = find_row_tile(p.offsets, p.groups, blockIdx.x);
  if (tile.rows <= 0) return;
  const int column0 = static_cast<int>(blockIdx.y) * kTileColumns;
  const ProductSide<T, true> rows{p.x + tile.begin * p.depth, p.depth, tile.rows, p.depth};
  const ProductSide<T, kWeightAlongDepth> weight{p.weights.at[tile.group], p.weight_pitch,
                                                 p.columns, p.depth};
  const T* bias = p.biases.at[tile.group];
  T* y = p.y + tile.begin * p.columns + column0;
  tile_product(rows, weight.from(column0))
      .for_each(tile.rows, p.columns - column0, [&](int r, int c, Compute<T> v) {
        if (bias) v += static_cast<Compute<T>>(bias[column0 + c]);
        if (p.relu && v <= 0) v = 0;
        y[std::int64_t{r} * p.columns + c] = static_cast<T>(v);
      });
}

template <class T, bool kWeightAlongDepth>
void launch_row_product(cudaStream_t stream, std::int64_t rows, std::span<const T* const> weights,
                        std::span<const T* const> biases, RowProduct<T> p) {
  if (rows == 0) return;
  const std::int64_t* offsets = p.offsets;
  for_each_launch(weights.size(), [&](std::size_t first, std::size_t count) {
    p.offsets = offsets + first;
    p.groups = static_cast<int>(count);
    p.weights = pointers_of(weights.subspan(first, count));
    p.biases =
        biases.empty() ? GroupPointers<const T>{} : pointers_of(biases.subspan(first, count));
    const dim3 grid(static_cast<unsigned>(rows / kTileRows + static_cast<std::int64_t>(count)),
                    tiles_of(p.columns, kTileColumns));
    launch(row_product_kernel<T, kWeightAlongDepth>, grid, kTileThreads, stream, p);
  });
}

template <class T>
__global__ void __launch_bounds__(kTileThreads)
    grad_weight_kernel(GroupedShape shape, const T* x, const T* dy, GroupPointers<T> grads) {
  const std::int64_t begin = shape.offsets[blockIdx.z];
  const int rows = static_cast<int>(shape.offsets[blockIdx.z + 1] - begin);
  const int out0 = static_cast<int>(blockIdx.y) * kTileRows;
  const int in0 = static_cast<int>(blockIdx.x) * kTileColumns;
  const ProductSide<T, false> left{dy + begin * shape.out, shape.out, shape.out, rows};
  const ProductSide<T, false> right{x + begin * shape.in, shape.in, shape.in, rows};
  T* grad = grads.at[blockIdx.z] + std::int64_t{out0} * shape.in + in0;
  tile_product(left.from(out0), right.from(in0))
      .for_each(shape.out - out0, shape.in - in0, [&](int o, int i, Compute<T> v) {
        grad[std::int64_t{o} * shape.in + i] = static_cast<T>(v);
      });
}

template <class T>
__global__ void grad_bias_kernel(GroupedShape shape, const T* dy, GroupPointers<T> grads) {
  constexpr unsigned kWalkers = kBlock / kWarp;
  __shared__ double sums[kWalkers][kWarp];
  const unsigned lane = threadIdx.x % kWarp, walker = threadIdx.x / kWarp;
  const std::int64_t column = std::int64_t{blockIdx.x} * kWarp + lane;
  const std::int64_t end = shape.offsets[blockIdx.y + 1];
  double sum = 0;
  if (column < shape.out)
    for (std::int64_t r = shape.offsets[blockIdx.y] + walker; r < end; r += kWalkers)
      sum += static_cast<double>(static_cast<Compute<T>>(dy[r * shape.out + column]));
  sums[walker][lane] = sum;
  __syncthreads();
  if (walker != 0 || column >= shape.out) return;
  for (unsigned w = 1; w < kWalkers; ++w) sum += sums[w][lane];
  grads.at[blockIdx.y][column] = static_cast<T>(static_cast<Compute<T>>(sum));
}

}  // namespace

template <class T>
void launch_grouped_linear(cudaStream_t stream, const GroupedShape& shape, const T* x,
                           std::span<const T* const> weights, std::span<const T* const> biases,
                           bool relu, T* y) {
  launch_row_product<T, true>(
      stream, shape.rows, weights, biases,
      {shape.offsets, 0, x, {}, {}, shape.in, shape.in, shape.out, relu, y});
}

template <class T>
void launch_grouped_linear_grad_input(cudaStream_t stream, const GroupedShape& shape, const T* dy,
                                      std::span<const T* const> weights, T* dx) {
  launch_row_product<T, false>(
      stream, shape.rows, weights, {},
      {shape.offsets, 0, dy, {}, {}, shape.in, shape.out, shape.in, false, dx});
}

template <class T>
void launch_grouped_linear_grad_weight(cudaStream_t stream, const GroupedShape& shape, const T* x,
                                       const T* dy, std::span<T* const> grads) {
  for_each_launch(grads.size(), [&](std::size_t first, std::size_t count) {
    GroupedShape part = shape;
    part.offsets += first;
    const dim3 grid(tiles_of(shape.in, kTileColumns), tiles_of(shape.out, kTileRows),
                    static_cast<unsigned>(count));
    launch(grad_weight_kernel<T>, grid, kTileThreads, stream, part, x, dy,
           pointers_of(grads.subspan(first, count)));
  });
}

template <class T>
void launch_grouped_linear_grad_bias(cudaStream_t stream, const GroupedShape& shape, const T* dy,
                                     std::span<T* const> grads) {
  for_each_launch(grads.size(), [&](std::size_t first, std::size_t count) {
    GroupedShape part = shape;
    part.offsets += first;
    const dim3 grid(tiles_of(shape.out, static_cast<int>(kWarp)), static_cast<unsigned>(count));
    launch(grad_bias_kernel<T>, grid, kBlock, stream, part, dy,
           pointers_of(grads.subspan(first, count)));
  });
}

#define SY_INSTANTIATE(T)                                                                         \
  template void launch_grouped_linear(cudaStream_t, const GroupedShape&, const T*,                \
                                      std::span<const T* const>, std::span<const T* const>, bool, \
                                      T*);                                                        \
  template void launch_grouped_linear_grad_input(cudaStream_t, const GroupedShape&, const T*,     \
                                                 std::span<const T* const>, T*);                  \
  template void launch_grouped_linear_grad_weight(cudaStream_t, const GroupedShape&, const T*,    \
                                                  const T*, std::span<T* const>);                 \
  template void launch_grouped_linear_grad_bias(cudaStream_t, const GroupedShape&, const T*,      \
                                                std::span<T* const>);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
