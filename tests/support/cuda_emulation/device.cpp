// Devices, versions and errors.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <utility>

#include "cuda_emulation/handles.hpp"
#include "cuda_emulation/memory.hpp"
#include "cuda_emulation/settings.hpp"

namespace cuda_emulation {
namespace {

thread_local cudaError_t last_error = cudaSuccess;
thread_local int current_device = 0;

constexpr int kMultiprocessors = 8;

int device_count() {
  return static_cast<int>(number_setting("CUDA_EMULATION_DEVICES", 1));
}
int driver_version() {
  return static_cast<int>(number_setting("CUDA_EMULATION_DRIVER", CUDART_VERSION));
}
int capability() {
  return static_cast<int>(number_setting("CUDA_EMULATION_CAPABILITY", 90));
}

struct ErrorText {
  cudaError_t status;
  const char* name;
  const char* words;
};
constexpr ErrorText kErrorTexts[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress",
     "an illegal memory access was encountered"},
    {cudaErrorIllegalState, "cudaErrorIllegalState",
     "the operation cannot be performed in the present state"},
    {cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
     "operation not permitted when stream is capturing"},
    {cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {cudaErrorStreamCaptureMerge, "cudaErrorStreamCaptureMerge",
     "operation would result in a merge of separate capture sequences"},
    {cudaErrorStreamCaptureUnmatched, "cudaErrorStreamCaptureUnmatched",
     "capture was not ended in the same stream as it began"},
    {cudaErrorStreamCaptureUnjoined, "cudaErrorStreamCaptureUnjoined",
     "capturing stream has unjoined work"},
    {cudaErrorStreamCaptureIsolation, "cudaErrorStreamCaptureIsolation",
     "dependency created on uncaptured work in another stream"},
    {cudaErrorStreamCaptureWrongThread, "cudaErrorStreamCaptureWrongThread",
     "attempt to terminate a thread-local capture sequence from another thread"},
    {cudaErrorCapturedEvent, "cudaErrorCapturedEvent",
     "operation not permitted on an event last recorded in a capturing stream"},
};

const ErrorText* find_error(cudaError_t status) {
  auto found = std::find_if(std::begin(kErrorTexts), std::end(kErrorTexts),
                            [&](const ErrorText& text) { return text.status == status; });
  return found == std::end(kErrorTexts) ? nullptr : found;
}

cudaError_t check_ordinal(int device) {
  if (cudaError_t status = check_device()) return status;
  return 0 <= device && device < device_count() ? cudaSuccess : report(cudaErrorInvalidDevice);
}

}  // namespace

cudaError_t report(cudaError_t status) {
  if (status != cudaSuccess) last_error = status;
  return status;
}

// Drivers of one major version run every program of that version.
cudaError_t check_device() {
  if (driver_version() / 1000 < CUDART_VERSION / 1000) return report(cudaErrorInsufficientDriver);
  return device_count() > 0 ? cudaSuccess : report(cudaErrorNoDevice);
}

}  // namespace cuda_emulation

namespace ce = cuda_emulation;
using ce::report;

extern "C" {

cudaError_t cudaGetLastError() {
  return std::exchange(ce::last_error, cudaSuccess);
}
cudaError_t cudaPeekAtLastError() {
  return ce::last_error;
}

const char* cudaGetErrorName(cudaError_t status) {
  const ce::ErrorText* text = ce::find_error(status);
  return text ? text->name : "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t status) {
  const ce::ErrorText* text = ce::find_error(status);
  return text ? text->words : "unrecognized error code";
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = ce::driver_version();
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (cudaError_t status = ce::check_device()) return status;
  *count = ce::device_count();
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (cudaError_t status = ce::check_ordinal(device)) return status;
  ce::current_device = device;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  if (cudaError_t status = ce::check_device()) return status;
  *device = ce::current_device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (cudaError_t status = ce::check_ordinal(device)) return status;
  std::memset(properties, 0, sizeof *properties);
  std::snprintf(properties->name, sizeof properties->name, "Emulated CUDA device");
  std::memcpy(properties->uuid.bytes, "emulated device", 15);
  properties->uuid.bytes[15] = static_cast<char>(device);
  properties->totalGlobalMem = ce::device_memory_in_total();
  properties->major = ce::capability() / 10;
  properties->minor = ce::capability() % 10;
  properties->multiProcessorCount = ce::kMultiprocessors;
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = 1024;
  properties->sharedMemPerBlock = 48 * 1024;
  properties->pciBusID = device + 1;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (cudaError_t status = ce::check_ordinal(device)) return status;
  switch (attribute) {
    case cudaDevAttrComputeCapabilityMajor:
      *value = ce::capability() / 10;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = ce::capability() % 10;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = ce::kMultiprocessors;
      return cudaSuccess;
    default:
      return report(cudaErrorInvalidValue);
  }
}

cudaError_t cudaDeviceGetPCIBusId(char* text, int length, int device) {
  if (cudaError_t status = ce::check_ordinal(device)) return status;
  std::snprintf(text, static_cast<std::size_t>(length), "0000:%02x:00.0", device + 1);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (cudaError_t status = ce::check_device()) return status;
  *total = ce::device_memory_in_total();
  std::size_t used = ce::device_memory_in_use(ce::current_device);
  *free = *total - std::min(*total, used);
  return cudaSuccess;
}

}  // extern "C"
