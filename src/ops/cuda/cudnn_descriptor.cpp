#include "ops/cuda/cudnn_descriptor.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace switchyard {
namespace {

std::string last_words() {
  std::array<char, 1024> text{};
  cudnnGetLastErrorString(text.data(), text.size());
  return text.data();
}

}  // namespace

void check_cudnn(cudnnStatus_t status, const char* call, std::source_location place) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  const std::string words = last_words();
  fail(ExitCode::run_failed,
       fmt::format("cuDNN reports {}{}{}; is the library the one for this driver and GPU?",
                   cudnnGetErrorString(status), words.empty() ? "" : ": ", words),
       call, place);
}

CudnnDescriptor::CudnnDescriptor(cudnnBackendDescriptorType_t type) {
  cudnnBackendDescriptor_t made = nullptr;
  SY_CUDNN(cudnnBackendCreateDescriptor(type, &made));
  handle_.reset(made);
}

CudnnDescriptor& CudnnDescriptor::set_raw(Attribute name, cudnnBackendAttributeType_t type,
                                          std::size_t count, const void* values) {
  SY_CUDNN(cudnnBackendSetAttribute(handle_.get(), name, type, static_cast<std::int64_t>(count),
                                    values));
  return *this;
}

CudnnDescriptor& CudnnDescriptor::set_part(Attribute name, const CudnnDescriptor& part) {
  const CudnnDescriptor* parts[] = {&part};
  return set_parts(name, parts);
}

CudnnDescriptor& CudnnDescriptor::set_parts(Attribute name,
                                            std::span<const CudnnDescriptor* const> parts) {
  std::vector<cudnnBackendDescriptor_t> handles;
  for (const CudnnDescriptor* part : parts) handles.push_back(part->handle());
  return set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, handles.size(), handles.data());
}

void CudnnDescriptor::finalize() {
  SY_CUDNN(cudnnBackendFinalize(handle_.get()));
}

bool CudnnDescriptor::try_finalize() {
  const cudnnStatus_t status = cudnnBackendFinalize(handle_.get());
  // Below are the states of the library: not initialised, versions that do not fit, parts missing.
  const bool refused = status >= CUDNN_STATUS_BAD_PARAM;
  if (!refused) check_cudnn(status, "cudnnBackendFinalize(handle_.get())");
  return !refused;
}

std::size_t CudnnDescriptor::get_raw(Attribute name, cudnnBackendAttributeType_t type,
                                     std::int64_t most, void* values) const {
  std::int64_t count = 0;
  SY_CUDNN(cudnnBackendGetAttribute(handle_.get(), name, type, most, &count, values));
  return static_cast<std::size_t>(values ? std::min(count, most) : count);
}

CudnnDescriptor CudnnDescriptor::get_part(Attribute name, cudnnBackendDescriptorType_t type) const {
  CudnnDescriptor part(type);
  cudnnBackendDescriptor_t handle = part.handle();
  get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &handle);
  return part;
}

std::vector<CudnnDescriptor> CudnnDescriptor::get_parts(Attribute name,
                                                        cudnnBackendDescriptorType_t type,
                                                        std::int64_t most) const {
  std::vector<CudnnDescriptor> parts;
  std::vector<cudnnBackendDescriptor_t> handles;
  for (std::int64_t i = 0; i < most; ++i) handles.push_back(parts.emplace_back(type).handle());
  const std::size_t filled = get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, handles.data());
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(filled), parts.end());
  return parts;
}

std::int64_t CudnnDescriptor::count_parts(Attribute name) const {
  return static_cast<std::int64_t>(get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, nullptr));
}

}  // namespace switchyard
