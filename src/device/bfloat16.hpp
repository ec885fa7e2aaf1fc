#pragma once
// bfloat16: the upper half of an IEEE float. A storage type: arithmetic is done in float.

#include <bit>
#include <cstdint>

#include "base/host_device.hpp"

namespace switchyard {

class BFloat16 {
 public:
  BFloat16() = default;
  /// Rounds to nearest, ties to even; NaN stays NaN.
  SY_HOST_DEVICE explicit BFloat16(float x) {
    std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
      bits_ = static_cast<std::uint16_t>(bits >> 16 | 0x40u);
    else
      bits_ = static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
  }
  SY_HOST_DEVICE explicit operator float() const {
    return std::bit_cast<float>(std::uint32_t{bits_} << 16);
  }

 private:
  std::uint16_t bits_;
};

}  // namespace switchyard
