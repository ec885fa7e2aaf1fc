#pragma once
// A group of one rank on a CUDA device.

#include <string>

#include "comm/communicator.hpp"
#include "device/cuda/cuda_device.hpp"

namespace switchyard {

/// A self communicator that copies on the device, which must outlive it.
inline std::unique_ptr<Communicator> make_lone_rank(CudaDevice& device, const std::string& name) {
  return make_self_communicator(
      name, [&device](const Tensor& from, Tensor& to) { copy_tensor(device, from, to); });
}

}  // namespace switchyard
