#pragma once
// Adjacent elements moved in one access, of 16 bytes where possible.

#include <cstddef>
#include <cstdint>

#include "device/cuda/launch.hpp"

namespace switchyard {

inline constexpr std::size_t kAccessBytes = 16;

template <class T, int N>
struct alignas(N * sizeof(T)) Pack {
  T at[N];
};

/// Elements of type T in an access of kAccessBytes.
template <class T>
inline constexpr int kPackSize = kAccessBytes / sizeof(T);

/// `from` and `to` are aligned to the whole pack.
template <int N, class T>
__device__ Pack<T, N> load_pack(const T* from) {
  return *reinterpret_cast<const Pack<T, N>*>(from);
}

template <int N, class T>
__device__ void store_pack(T* to, const Pack<T, N>& pack) {
  *reinterpret_cast<Pack<T, N>*>(to) = pack;
}

/// All pointers are multiples of `bytes`.
template <class... T>
bool aligned_to(std::size_t bytes, const T*... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % bytes == 0) && ...);
}

}  // namespace switchyard
