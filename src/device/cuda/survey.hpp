#pragma once
// What devices there are, in words.

#include <cuda_runtime.h>

#include <string>

#include "device/cuda/cuda_device.hpp"

namespace switchyard {

/// Why no device can be used at all, as `status` has it, and what to do.
std::string describe_missing_device(cudaError_t status);

/// Why this device cannot be used, and what to do; empty where it can.
std::string describe_problem(const CudaDeviceInfo& info);

CudaDeviceInfo read_device_info(int ordinal);

}  // namespace switchyard
