#pragma once
// What nvcc gives a kernel, for kernels that the host's compiler compiles: the words of the
// language, indices, barriers, shuffles, votes and integer atomics.
//
// A launch runs block after block. The threads of a block are fibers that switch at barriers and
// warp operations only, in ascending order, or in descending order where CUDA_EMULATION_ORDER is
// "reverse": a kernel that misses a barrier then gives other numbers in one of the two. What would
// hang or be undefined on a device is a std::logic_error that says so.

#include <cuda_runtime.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>

#undef __shared__
#define __shared__ static
#undef __constant__
#define __constant__ static
#undef __grid_constant__
#define __grid_constant__
#define __launch_bounds__(...)

inline uint3 threadIdx;
inline uint3 blockIdx;
inline dim3 blockDim;
inline dim3 gridDim;
inline constexpr int warpSize = 32;

namespace cuda_emulation {

/// Enqueues a grid of which every thread calls `kernel`.
void launch(dim3 grid, unsigned block, cudaStream_t stream, std::function<void()> kernel);

/// Waits until all threads of the block that have not ended are here.
void wait_for_block();

/// What the lanes of a warp brought to an operation that they met at.
struct WarpValues {
  const std::uint64_t* values;  ///< by lane
  unsigned participants;        ///< bit by lane
  int lane;                     ///< the caller's
  /// The value that `source` brought; one that did not take part is an error.
  std::uint64_t of(int source) const;
};

/// Waits until all lanes of `mask` that have not ended are at the same operation; gives their
/// values. `operation` is its name.
WarpValues meet_warp(const char* operation, unsigned mask, std::uint64_t value);

template <class T>
std::uint64_t to_bits(T value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

/// The lane `source` of the segment of `width` lanes that the caller is in, or the caller where
/// that is outside of the segment.
template <class T>
T shuffle(const char* operation, unsigned mask, T value, int width, auto source_in_segment) {
  WarpValues warp = meet_warp(operation, mask, to_bits(value));
  int first = warp.lane / width * width;
  int source = source_in_segment(warp.lane - first);
  bool inside = 0 <= source && source < width;
  return from_bits<T>(warp.of(inside ? first + source : warp.lane));
}

}  // namespace cuda_emulation

inline void __syncthreads() {
  cuda_emulation::wait_for_block();
}
inline void __syncwarp(unsigned mask = 0xffffffffu) {
  cuda_emulation::meet_warp("__syncwarp", mask, 0);
}
inline void __threadfence() {}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize) {
  return cuda_emulation::shuffle("__shfl_sync", mask, value, width,
                                 [=](int) { return source & (width - 1); });
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize) {
  return cuda_emulation::shuffle("__shfl_up_sync", mask, value, width,
                                 [=](int lane) { return lane - static_cast<int>(delta); });
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize) {
  return cuda_emulation::shuffle("__shfl_down_sync", mask, value, width,
                                 [=](int lane) { return lane + static_cast<int>(delta); });
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize) {
  return cuda_emulation::shuffle("__shfl_xor_sync", mask, value, width,
                                 [=](int lane) { return lane ^ lanes; });
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
  auto warp = cuda_emulation::meet_warp("__ballot_sync", mask, predicate != 0);
  unsigned votes = 0;
  for (int lane = 0; lane < warpSize; ++lane)
    if (warp.participants >> lane & 1) votes |= static_cast<unsigned>(warp.of(lane)) << lane;
  return votes;
}
inline int __any_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, predicate) != 0;
}
inline int __all_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, !predicate) == 0;
}

template <class T>
requires std::is_same_v<T, int> || std::is_same_v<T, unsigned> ||
    std::is_same_v<T, unsigned long long>
        T atomicAdd(T* address, std::type_identity_t<T> value) {
  T old = *address;
  *address += value;
  return old;
}

template <class T>
T __ldg(const T* address) {
  return *address;
}

inline int __popc(unsigned x) {
  return std::popcount(x);
}
inline int __popcll(unsigned long long x) {
  return std::popcount(x);
}
inline int __clz(int x) {
  return std::countl_zero(static_cast<unsigned>(x));
}
inline int __ffs(int x) {
  return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1;
}
inline int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
inline float __int_as_float(int x) {
  return std::bit_cast<float>(x);
}
inline unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
inline float __uint_as_float(unsigned x) {
  return std::bit_cast<float>(x);
}

inline float rsqrtf(float x) {
  return 1.0f / std::sqrt(x);
}
inline double rsqrt(double x) {
  return 1.0 / std::sqrt(x);
}
inline float normcdff(float x) {
  return 0.5f * std::erfc(-x * 0.70710678f);
}
inline double normcdf(double x) {
  return 0.5 * std::erfc(-x * 0.70710678118654752);
}

template <class T>
constexpr T min(T a, T b) {
  return std::min(a, b);
}
template <class T>
constexpr T max(T a, T b) {
  return std::max(a, b);
}
