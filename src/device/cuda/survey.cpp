#include "device/cuda/survey.hpp"

#include <fmt/format.h>

#include "device/cuda/check.hpp"

namespace switchyard {
namespace {

constexpr int kOldestMajor = 8;  // what the program is compiled for

// CUDA counts 13020 for 13.2.
std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string describe_driver() {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (driver == 0)
    return "this machine has no NVIDIA driver; install one, or run on the CPU (--device cpu)";
  return fmt::format(
      "the NVIDIA driver is too old (it supports CUDA {}, and this program was built with CUDA "
      "{}); "
      "update the driver, build with CUDA {} or older, or run on the CPU (--device cpu)",
      version_text(driver), version_text(runtime), version_text(driver));
}

// As nvidia-smi prints it.
std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU";
  for (int i = 0; i < 16; ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[i]));
  }
  return text;
}

}  // namespace

std::string describe_missing_device(cudaError_t status) {
  if (status == cudaErrorInsufficientDriver) return describe_driver();
  if (status == cudaErrorNoDevice)
    return "this machine has no CUDA device (or CUDA_VISIBLE_DEVICES hides it); run on the CPU "
           "(--device cpu)";
  return fmt::format(
      "CUDA does not work here: {} ({}); see whether nvidia-smi does, or run on the "
      "CPU (--device cpu)",
      cudaGetErrorString(status), cudaGetErrorName(status));
}

std::string describe_problem(const CudaDeviceInfo& info) {
  if (info.major >= kOldestMajor) return "";
  return fmt::format(
      "{} (cuda {}) is too old (compute capability {}.{}, and {}.0 is needed); use a newer device "
      "(A100 or later), or run on the CPU (--device cpu)",
      info.name, info.ordinal, info.major, info.minor, kOldestMajor);
}

CudaDeviceInfo read_device_info(int ordinal) {
  cudaDeviceProp properties;
  SY_CUDA(cudaGetDeviceProperties(&properties, ordinal));
  return {.ordinal = ordinal,
          .name = properties.name,
          .uuid = uuid_text(properties.uuid),
          .major = properties.major,
          .minor = properties.minor,
          .multiprocessors = properties.multiProcessorCount,
          .memory_bytes = properties.totalGlobalMem};
}

CudaSurvey survey_cuda_devices() {
  CudaSurvey survey;
  cudaError_t status = cudaGetDeviceCount(&survey.devices);
  if (status != cudaSuccess) {
    cudaGetLastError();
    return {0, describe_missing_device(status)};
  }
  for (int ordinal = 0; ordinal < survey.devices; ++ordinal) {
    std::string problem = describe_problem(read_device_info(ordinal));
    if (problem.empty()) return {survey.devices, ""};
    if (survey.problem.empty()) survey.problem = problem;
  }
  return survey;
}

}  // namespace switchyard
