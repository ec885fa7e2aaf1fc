#pragma once
// Streams and events that destroy themselves.

#include <cuda_runtime.h>

#include <memory>
#include <type_traits>

#include "device/cuda/check.hpp"

namespace switchyard {

struct DestroyStream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
using CudaStream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream>;

inline CudaStream make_stream() {
  cudaStream_t stream = nullptr;
  SY_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return CudaStream(stream);
}

struct DestroyEvent {
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
};
using CudaEvent = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;

/// For ordering, not for timing.
inline CudaEvent make_event() {
  cudaEvent_t event = nullptr;
  SY_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return CudaEvent(event);
}

/// For cudaEventElapsedTime().
inline CudaEvent make_timed_event() {
  cudaEvent_t event = nullptr;
  SY_CUDA(cudaEventCreate(&event));
  return CudaEvent(event);
}

/// True when all that the event was recorded after is done. Does not wait.
inline bool has_passed(cudaEvent_t event) {
  cudaError_t status = cudaEventQuery(event);
  if (status == cudaErrorNotReady) {
    cudaGetLastError();  // it is remembered as an error, which the next launch would find
    return false;
  }
  SY_CUDA(status);
  return true;
}

/// What is enqueued on `later` from now on runs after what is on `earlier` now.
inline void order_after(cudaStream_t later, cudaStream_t earlier) {
  CudaEvent event = make_event();
  SY_CUDA(cudaEventRecord(event.get(), earlier));
  SY_CUDA(cudaStreamWaitEvent(later, event.get(), 0));
}

}  // namespace switchyard
