#pragma once
// A group whose tensors on CUDA devices travel by NCCL, from device to device.
//
// Exchanges run on a stream of their own, which waits for what the device's stream holds when they
// start; Request::wait() makes the device's stream wait for them. The host waits for neither. Rows
// go by one grouped send and receive a peer; sums of reduce_scatter_rows are in rank order,
// all_reduce_sum adds in an order that NCCL fixes by the group and the count. Tensors of the host,
// counts and text go through the group of the host.
//
// The host's waits for the device have the group's deadline while the group lives: see
// nccl_watch.hpp.

#include "comm/communicator.hpp"
#include "device/cuda/cuda_device.hpp"

namespace switchyard {

/// Both must outlive it. Deadlines are those of `host`. Refuses ranks that share a device, on all
/// ranks alike, and says which they are. Collective. Where `host` is one rank alone this is a self
/// communicator that copies on the device, and so are splits with one rank.
std::unique_ptr<Communicator> make_nccl_communicator(CudaDevice& device, Communicator& host);

}  // namespace switchyard
