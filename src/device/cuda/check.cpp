#include "device/cuda/check.hpp"

#include <fmt/format.h>

#include <string_view>

#include "device/allocator.hpp"
#include "device/cuda/survey.hpp"

namespace switchyard {
namespace {

// What to do about an error; empty where its own words say it all.
std::string_view advice(cudaError_t status) {
  switch (status) {
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorIllegalInstruction:
    case cudaErrorHardwareStackError:
    case cudaErrorLaunchFailure:
    case cudaErrorAssert:
      return "; a kernel that was enqueued earlier broke, and the device is of no more use to this "
             "process; run it with CUDA_LAUNCH_BLOCKING=1 or under compute-sanitizer to see which";
    case cudaErrorECCUncorrectable:
    case cudaErrorDevicesUnavailable:
      return "; use another device (CUDA_VISIBLE_DEVICES) or ask for this one to be looked at";
    case cudaErrorNoKernelImageForDevice:
      return "; build for this device's compute capability (-DCMAKE_CUDA_ARCHITECTURES=...)";
    case cudaErrorStreamCaptureUnsupported:
    case cudaErrorStreamCaptureInvalidated:
    case cudaErrorStreamCaptureUnjoined:
    case cudaErrorStreamCaptureIsolation:
    case cudaErrorCapturedEvent:
      return "; work that is recorded as a CUDA graph must not wait or leave its stream (--graphs "
             "off runs without)";
    default:
      return "";
  }
}

}  // namespace

void check_cuda(cudaError_t status, const char* call, std::source_location place) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // else the next launch would find it again
  if (status == cudaErrorMemoryAllocation)
    throw OutOfMemory(
        ExitCode::run_failed,
        "out of memory for CUDA; use fewer ranks a device or host, a device with more memory, or "
        "smaller tensors",
        call, place);
  if (status == cudaErrorInsufficientDriver || status == cudaErrorNoDevice)
    fail(ExitCode::run_failed, describe_missing_device(status), call, place);
  fail(ExitCode::run_failed,
       fmt::format("CUDA says {} ({}){}", cudaGetErrorString(status), cudaGetErrorName(status),
                   advice(status)),
       call, place);
}

}  // namespace switchyard
