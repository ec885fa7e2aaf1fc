#include "cuda_emulation/number_formats.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>

namespace cuda_emulation {
namespace {

/// Keeps the upper bits of a float's pattern, rounding off the `dropped` lower ones.
std::uint32_t keep_upper_bits(float value, int dropped) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return bits;
  const std::uint32_t half = (1U << (dropped - 1)) - 1 + (bits >> dropped & 1);
  return (bits + half) >> dropped << dropped;
}

[[noreturn]] void refuse(cudaDataType_t type) {
  throw std::logic_error("the emulation has no element type " + std::to_string(type));
}

}  // namespace

std::size_t size_of(cudaDataType_t type) {
  switch (type) {
    case CUDA_R_32F:
      return 4;
    case CUDA_R_64F:
      return 8;
    case CUDA_R_16BF:
      return 2;
    default:
      refuse(type);
  }
}

double load(const std::byte* address, cudaDataType_t type) {
  if (type == CUDA_R_64F) {
    double value;
    std::memcpy(&value, address, sizeof value);
    return value;
  }
  std::uint32_t bits = 0;
  if (type == CUDA_R_32F) {
    std::memcpy(&bits, address, sizeof bits);
  } else if (type == CUDA_R_16BF) {
    std::uint16_t upper;
    std::memcpy(&upper, address, sizeof upper);
    bits = std::uint32_t{upper} << 16;
  } else {
    refuse(type);
  }
  return std::bit_cast<float>(bits);
}

void store(std::byte* address, cudaDataType_t type, double value) {
  const auto single = static_cast<float>(value);
  if (type == CUDA_R_64F) {
    std::memcpy(address, &value, sizeof value);
  } else if (type == CUDA_R_32F) {
    std::memcpy(address, &single, sizeof single);
  } else if (type == CUDA_R_16BF) {
    const auto upper = static_cast<std::uint16_t>(keep_upper_bits(single, 16) >> 16);
    std::memcpy(address, &upper, sizeof upper);
  } else {
    refuse(type);
  }
}

double round_to_tf32(double value) {
  return std::bit_cast<float>(keep_upper_bits(static_cast<float>(value), 13));
}

}  // namespace cuda_emulation
