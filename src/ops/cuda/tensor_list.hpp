#pragma once
// Many tensors handled by one launch: their addresses travel as an argument of the kernel, and each
// block takes one chunk of one of them.

#include <array>
#include <cstddef>
#include <cstdint>

namespace switchyard {

inline constexpr int kListedTensors = 64;     ///< the arguments of a kernel fit into 4 KiB
inline constexpr std::int64_t kChunk = 4096;  ///< elements

/// Groups of kOperands addresses (device memory), all of the `elements` of the group.
template <int kOperands>
struct TensorList {
  int tensors = 0;
  void* address[kListedTensors][kOperands];
  std::int64_t elements[kListedTensors];
  std::uint32_t first_chunk[kListedTensors + 1] = {};

  std::uint32_t chunks() const { return first_chunk[tensors]; }
  bool full() const { return tensors == kListedTensors; }

  void add(const std::array<void*, kOperands>& operands, std::int64_t n) {
    for (int i = 0; i < kOperands; ++i) address[tensors][i] = operands[i];
    elements[tensors] = n;
    first_chunk[tensors + 1] = chunks() + static_cast<std::uint32_t>((n + kChunk - 1) / kChunk);
    ++tensors;
  }
};

}  // namespace switchyard
