#pragma once
// A group for tensors of a CUDA device that travel through page-locked host memory over a group of
// the host: works wherever MPI does, several ranks on one device included.
//
// For a tensor on the device the host waits until it is downloaded and exchanged, not until the
// device has done anything else; the upload is enqueued on the device's stream. Exchanges that are
// started reach the host's group once their download is done, when test(), wait(), progress() or a
// later call of this group comes by. Tensors of the host, counts and text go straight to the
// host's group.

#include "comm/communicator.hpp"
#include "device/cuda/cuda_device.hpp"

namespace switchyard {

/// Both must outlive it. Where `host` is one rank alone this is a self communicator that copies on
/// the device, and so are splits with one rank.
std::unique_ptr<Communicator> make_staged_communicator(CudaDevice& device, Communicator& host);

}  // namespace switchyard
