#pragma once
// A CUDA device whose fresh memory holds 0xff bytes, which are NaN: a kernel that reads what it did
// not write shows, whatever lay there before.

#include <memory>

#include "device/cuda/cuda_device.hpp"

namespace switchyard::test {

std::unique_ptr<CudaDevice> make_poisoned(std::unique_ptr<CudaDevice> device);

}  // namespace switchyard::test
