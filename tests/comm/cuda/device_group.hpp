#pragma once
// This rank's device and a group of all ranks for its memory, of the kind that a test executable
// is linked with.

#include <memory>

#include "comm/communicator.hpp"
#include "device/cuda/cuda_device.hpp"

namespace switchyard::test {

/// The device of this rank: its own where there are as many as ranks.
CudaDevice& device();

/// Collective.
std::unique_ptr<Communicator> make_device_group();

Tensor to_device(const Tensor& x);
Tensor to_host(const Tensor& x);
/// Both on the host, bit by bit.
void expect_same(const Tensor& a, const Tensor& b);

}  // namespace switchyard::test
