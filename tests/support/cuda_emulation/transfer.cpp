// Memory taken, given back, filled and copied.

#include <cstring>
#include <mutex>

#include "cuda_emulation/handles.hpp"
#include "cuda_emulation/memory.hpp"
#include "cuda_emulation/stream.hpp"

namespace ce = cuda_emulation;
using ce::emulation_mutex;
using ce::find_stream;
using ce::report;

namespace cuda_emulation {
namespace {

bool fits(cudaMemcpyKind kind, const void* to, const void* from) {
  switch (kind) {
    case cudaMemcpyHostToHost:
      return !is_device_memory(to) && !is_device_memory(from);
    case cudaMemcpyHostToDevice:
      return is_device_memory(to) && !is_device_memory(from);
    case cudaMemcpyDeviceToHost:
      return !is_device_memory(to) && is_device_memory(from);
    case cudaMemcpyDeviceToDevice:
      return is_device_memory(to) && is_device_memory(from);
    case cudaMemcpyDefault:
      return true;
  }
  return false;
}

bool is_pageable(const void* address) {
  return !is_device_memory(address) && !is_pinned_memory(address);
}

// Memory of the host is read when the stream gets there, pageable memory too: CUDA may read it
// before the call returns, and does not promise to.
void copy_later(CUstream_st& stream, void* to, const void* from, std::size_t bytes) {
  stream.append([to, from, bytes] { std::memmove(to, from, bytes); });
  if (is_pageable(to) && !stream.capture) stream.run_all();
}

}  // namespace
}  // namespace cuda_emulation

extern "C" {

cudaError_t cudaMalloc(void** address, std::size_t bytes) {
  std::lock_guard lock(emulation_mutex());
  if (cudaError_t status = ce::check_device()) return status;
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  *address = nullptr;
  if (bytes == 0) return cudaSuccess;
  int device = 0;
  cudaGetDevice(&device);
  *address = ce::allocate_device(device, bytes);
  return *address ? cudaSuccess : report(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* address) {
  std::lock_guard lock(emulation_mutex());
  if (!address) return cudaSuccess;
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  ce::run_all_streams();
  return ce::free_device(address) ? cudaSuccess : report(cudaErrorInvalidValue);
}

cudaError_t cudaHostAlloc(void** address, std::size_t bytes, unsigned) {
  std::lock_guard lock(emulation_mutex());
  if (cudaError_t status = ce::check_device()) return status;
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  *address = ce::allocate_pinned(bytes);
  return *address ? cudaSuccess : report(cudaErrorMemoryAllocation);
}

cudaError_t cudaMallocHost(void** address, std::size_t bytes) {
  return cudaHostAlloc(address, bytes, cudaHostAllocDefault);
}

cudaError_t cudaFreeHost(void* address) {
  std::lock_guard lock(emulation_mutex());
  if (!address) return cudaSuccess;
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  ce::run_all_streams();
  return ce::free_pinned(address) ? cudaSuccess : report(cudaErrorInvalidValue);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (bytes == 0) return cudaSuccess;
  if (!ce::fits(kind, to, from)) return report(cudaErrorInvalidValue);
  ce::copy_later(*stream, to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  std::lock_guard lock(emulation_mutex());
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  if (cudaError_t status = cudaMemcpyAsync(to, from, bytes, kind, nullptr)) return status;
  return cudaStreamSynchronize(nullptr);
}

cudaError_t cudaMemsetAsync(void* address, int value, std::size_t bytes, cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (bytes == 0) return cudaSuccess;
  if (!ce::is_device_memory(address)) return report(cudaErrorInvalidValue);
  stream->append([address, value, bytes] { std::memset(address, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMemset(void* address, int value, std::size_t bytes) {
  std::lock_guard lock(emulation_mutex());
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  if (cudaError_t status = cudaMemsetAsync(address, value, bytes, nullptr)) return status;
  return cudaStreamSynchronize(nullptr);
}

}  // extern "C"
