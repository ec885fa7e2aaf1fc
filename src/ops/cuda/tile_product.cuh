#pragma once
// The product of two matrices, one tile of the result a block: operands pass through shared memory
// in slices of the inner dimension, the next slice is fetched while one is multiplied, and every
// thread keeps a small tile of sums in registers. The order of summation is that of the inner
// dimension, whatever the grid.

#include <cstdint>

#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"

namespace switchyard {

inline constexpr int kTileRows = 32;
inline constexpr int kTileColumns = 64;
inline constexpr int kTileDepth = 32;
inline constexpr int kThreadRows = 2;  // 16 threads down, 16 across
inline constexpr int kThreadColumns = 4;
inline constexpr unsigned kTileThreads = 256;

/// One side of a product: element (i, k) of count x depth, i along the result, k along the sum. In
/// memory neighbours differ in k (kAlongDepth) or in i; `pitch` is the distance along the other.
template <class T, bool kAlongDepth>
struct ProductSide {
  const T* data;
  int pitch;
  int count;
  int depth;

  __device__ Compute<T> at(int i, int k) const {
    if (i >= count || k >= depth) return 0;
    const std::int64_t offset = kAlongDepth ? std::int64_t{i} * pitch + k  //
                                            : std::int64_t{k} * pitch + i;
    return static_cast<Compute<T>>(data[offset]);
  }
  /// What is left from element (i, 0) on, and from (0, k).
  __device__ ProductSide from(int i) const {
    return {data + (kAlongDepth ? std::int64_t{i} * pitch : i), pitch, count - i, depth};
  }
  __device__ void advance(int k) {
    data += kAlongDepth ? k : std::int64_t{k} * pitch;
    depth -= k;
  }
};

/// A slice of kSize x kTileDepth on its way to shared memory, spread over the block's registers.
template <class T, bool kAlongDepth, int kSize>
class ProductSlice {
 public:
  using Tile = Compute<T>[kTileDepth][kSize + 4];  // skewed, yet rows stay 16-byte aligned

  __device__ void fetch(const ProductSide<T, kAlongDepth>& side) {
#pragma unroll
    for (int n = 0; n < kCount; ++n) values_[n] = side.at(place(n).i, place(n).k);
  }
  __device__ void store(Tile& tile) const {
#pragma unroll
    for (int n = 0; n < kCount; ++n) tile[place(n).k][place(n).i] = values_[n];
  }

 private:
  static constexpr int kCount = kSize * kTileDepth / static_cast<int>(kTileThreads);
  struct Place {
    int i, k;
  };
  // Threads in a row take neighbours in memory.
  static __device__ Place place(int n) {
    const int index = n * static_cast<int>(kTileThreads) + static_cast<int>(threadIdx.x);
    if constexpr (kAlongDepth)
      return {index / kTileDepth, index % kTileDepth};
    else
      return {index % kSize, index / kSize};
  }

  Compute<T> values_[kCount];
};

/// What one thread holds of the block's tile.
template <class T>
struct ThreadTile {
  Compute<T> sum[kThreadRows][kThreadColumns] = {};

  static __device__ int row() {
    return static_cast<int>(threadIdx.x) / (kTileColumns / kThreadColumns) * kThreadRows;
  }
  static __device__ int column() {
    return static_cast<int>(threadIdx.x) % (kTileColumns / kThreadColumns) * kThreadColumns;
  }

  __device__ void add_product(const Compute<T>* a, const Compute<T>* b) {
#pragma unroll
    for (int i = 0; i < kThreadRows; ++i)
#pragma unroll
      for (int j = 0; j < kThreadColumns; ++j) sum[i][j] += a[row() + i] * b[column() + j];
  }

  /// f(row, column, sum) for the elements of the tile that lie in the first `rows` and `columns`.
  template <class F>
  __device__ void for_each(int rows, int columns, F&& f) const {
#pragma unroll
    for (int i = 0; i < kThreadRows; ++i)
#pragma unroll
      for (int j = 0; j < kThreadColumns; ++j)
        if (row() + i < rows && column() + j < columns) f(row() + i, column() + j, sum[i][j]);
  }
};

/// The product's first tile; to be called by all kTileThreads threads of a block.
template <class T, bool kLeftAlongDepth, bool kRightAlongDepth>
__device__ ThreadTile<T> tile_product(ProductSide<T, kLeftAlongDepth> left,
                                      ProductSide<T, kRightAlongDepth> right) {
  using Left = ProductSlice<T, kLeftAlongDepth, kTileRows>;
  using Right = ProductSlice<T, kRightAlongDepth, kTileColumns>;
  alignas(16) __shared__ typename Left::Tile a;
  alignas(16) __shared__ typename Right::Tile b;
  ThreadTile<T> tile;
  Left left_slice;
  Right right_slice;
  left_slice.fetch(left);
  right_slice.fetch(right);
  while (left.depth > 0) {
    left_slice.store(a);
    right_slice.store(b);
    __syncthreads();
    left.advance(kTileDepth);
    right.advance(kTileDepth);
    left_slice.fetch(left);  // on its way while this slice is multiplied
    right_slice.fetch(right);
#pragma unroll 8
    for (int k = 0; k < kTileDepth; ++k) tile.add_product(a[k], b[k]);
    __syncthreads();
  }
  return tile;
}

}  // namespace switchyard
