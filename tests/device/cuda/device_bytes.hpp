#pragma once
// Bytes on a device, for tests.

#include <cstdint>
#include <cstring>
#include <vector>

#include "device/cuda/cuda_device.hpp"

namespace switchyard::test {

using Bytes = std::vector<std::uint8_t>;

inline void put(CudaDevice& device, const Bytes& bytes, const Block& into) {
  device.upload(bytes.data(), into.get(), bytes.size());
}

inline Bytes get(CudaDevice& device, const Block& from, std::size_t count) {
  Bytes bytes(count);
  auto copy = device.start_download(from.get(), count);
  std::memcpy(bytes.data(), copy->wait(), count);
  return bytes;
}

}  // namespace switchyard::test
