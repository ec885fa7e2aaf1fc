#pragma once
// Host tensors in page-locked memory, for copies to and from a device that the host does not wait
// for.

#include "device/cuda/cuda_device.hpp"
#include "device/cuda/pinned_pool.hpp"

namespace switchyard {

/// A host tensor and the event of the last copy from or to it, valid as long as its memory.
struct PinnedTensor {
  Tensor tensor;
  cudaEvent_t copied = nullptr;
};

/// Uninitialised. Its memory returns to the pool with its last handle, and is not used again before
/// the last copy is done.
PinnedTensor make_pinned_tensor(const std::shared_ptr<PinnedPool>& pool, Shape shape, DType dtype);

/// `from` in device memory, copied on the device's stream: there once `copied` has passed.
PinnedTensor start_download(CudaDevice& device, const std::shared_ptr<PinnedPool>& pool,
                            const Tensor& from);
/// Onto `to` in device memory, on the device's stream. The host's tensor may go.
void start_upload(CudaDevice& device, const PinnedTensor& from, Tensor& to);

}  // namespace switchyard
