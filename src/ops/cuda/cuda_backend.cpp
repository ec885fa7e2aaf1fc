#include "ops/cuda/cuda_backend.hpp"

#include <cstring>
#include <utility>

#include "ops/cuda/cublas_engine.hpp"
#include "ops/cuda/cudnn_engine.hpp"

namespace switchyard {

CudaBackend::CudaBackend(CudaDevice& device, CudaBackendOptions options)
    : device_(device),
      options_(std::move(options)),
      cudnn_(std::make_unique<CudnnEngine>(device, options_)),
      cublas_(std::make_unique<CublasEngine>(device, options_.precision)) {}

CudaBackend::~CudaBackend() = default;

void CudaBackend::upload(const void* source, Tensor& into) {
  if (into.bytes() > 0) device_.upload(source, into.raw(), into.bytes());
}

void CudaBackend::to_host(const Tensor& x, void* destination) {
  if (x.bytes() > 0) std::memcpy(destination, start_to_host(x)->wait(), x.bytes());
}

std::unique_ptr<HostCopy> CudaBackend::start_to_host(const Tensor& x) {
  return device_.start_download(x.raw(), x.bytes());
}

std::unique_ptr<Program> CudaBackend::record(std::function<void()> work) {
  return device_.capture(work);
}

}  // namespace switchyard
