#pragma once
// Walks the entries of a row from the largest down, by the lanes of one warp.

#include <climits>
#include <cmath>

#include "ops/cuda/compute.hpp"
#include "ops/cuda/reduce.cuh"

namespace switchyard {

/// An entry in its place in the order: larger values first, of equals the lower column.
template <class Value>
struct Ranked {
  Value value;
  std::int32_t column;

  __device__ bool before(const Ranked& other) const {
    return value > other.value || (value == other.value && column < other.column);
  }
};

/// What comes before all entries, and after them.
template <class Value>
__device__ Ranked<Value> rank_of_first() {
  return {static_cast<Value>(INFINITY), -1};
}
template <class Value>
__device__ Ranked<Value> rank_of_last() {
  return {static_cast<Value>(-INFINITY), INT_MAX};
}

/// NaN counts as the smallest: the order stays one, whatever the entries.
template <class T>
__device__ Ranked<Compute<T>> rank_of(const T* row, std::int32_t column) {
  const auto value = static_cast<Compute<T>>(row[column]);
  return {std::isnan(value) ? static_cast<Compute<T>>(-INFINITY) : value, column};
}

/// The entry that follows `last`, in every lane. All lanes of the warp call it for the same row.
template <class T>
__device__ Ranked<Compute<T>> next_ranked(const T* row, std::int32_t columns,
                                          const Ranked<Compute<T>>& last) {
  auto best = rank_of_last<Compute<T>>();
  for (std::int32_t c = threadIdx.x % kWarp; c < columns; c += kWarp) {
    const auto entry = rank_of(row, c);
    if (last.before(entry) && entry.before(best)) best = entry;
  }
  for (unsigned lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    const Ranked<Compute<T>> other{__shfl_xor_sync(kAllLanes, best.value, lanes),
                                   __shfl_xor_sync(kAllLanes, best.column, lanes)};
    if (other.before(best)) best = other;
  }
  return best;
}

}  // namespace switchyard
