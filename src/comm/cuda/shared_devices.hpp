#pragma once
// Which ranks share a CUDA device: NCCL wants one for each.

#include <string>

#include "comm/communicator.hpp"
#include "device/cuda/cuda_device.hpp"

namespace switchyard {

/// "ranks 0, 2 share NVIDIA H200 (GPU-8e3c...) of node1", empty where every rank has a device of
/// its own; the same on every rank. Collective. Ranks with different NCCL_HOSTID count as on
/// different hosts, as NCCL counts them.
std::string find_shared_devices(const CudaDeviceInfo& info, Communicator& host);

}  // namespace switchyard
