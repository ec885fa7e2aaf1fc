// cuDNN's graph interface: descriptors, and what engines (cudnn/engines.cpp) make of them.

#include <cudnn_graph.h>

#include <algorithm>
#include <cstdio>

#include "cuda_emulation/cudnn/content.hpp"

namespace dnn = cuda_emulation::cudnn;

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace {

struct Handle {
  dnn::Shared content;
};

thread_local std::string last_words;

cudnnStatus_t report(const dnn::Verdict& verdict) {
  if (verdict.status != CUDNN_STATUS_SUCCESS) last_words = verdict.words;
  return verdict.status;
}

dnn::Content& content_of(cudnnBackendDescriptor_t handle) {
  return *static_cast<Handle*>(handle)->content;
}

std::size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN:
      return sizeof(bool);
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_DOUBLE:
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
      return 8;
    default:
      return 4;
  }
}

cudnnStatus_t set_parts(dnn::Content& content, cudnnBackendAttributeName_t name, std::int64_t count,
                        const void* handles) {
  std::vector<dnn::Shared> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    auto* part = static_cast<Handle*>(static_cast<const cudnnBackendDescriptor_t*>(handles)[i]);
    if (!part->content->finalized)
      return report({CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a part is not finalized"});
    parts.push_back(part->content);
  }
  content.parts[name] = parts;
  return CUDNN_STATUS_SUCCESS;
}

void get_parts(const std::vector<dnn::Shared>& parts, std::int64_t wanted, std::int64_t* count,
               void* handles) {
  *count = static_cast<std::int64_t>(parts.size());
  for (std::int64_t i = 0; i < std::min(wanted, *count); ++i)
    static_cast<Handle*>(static_cast<cudnnBackendDescriptor_t*>(handles)[i])->content =
        parts[static_cast<std::size_t>(i)];
}

}  // namespace

extern "C" {

std::size_t cudnnGetVersion() {
  return 0;
}

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (CUDNN_STATUS_CATEGORY(status)) {
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    default:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
}
void cudnnGetLastErrorString(char* message, std::size_t size) {
  std::snprintf(message, size, "%s", last_words.c_str());
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  *handle = new cudnnContext;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* made) {
  *made = new Handle{std::make_shared<dnn::Content>(dnn::Content{type})};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t handle) {
  delete static_cast<Handle*>(handle);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t handle,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count,
                                       const void* values) {
  dnn::Content& content = content_of(handle);
  if (content.finalized)
    return report({CUDNN_STATUS_BAD_PARAM, "a finalized descriptor cannot be changed"});
  if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) return set_parts(content, name, count, values);
  const auto* bytes = static_cast<const std::byte*>(values);
  content.values[name] = {
      type, count, {bytes, bytes + static_cast<std::size_t>(count) * size_of(type)}};
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t handle,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t wanted,
                                       std::int64_t* count, void* into) {
  const dnn::Content& content = content_of(handle);
  if (!content.finalized)
    return report({CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "the descriptor is not finalized"});
  if (!content.has(name))
    return report({CUDNN_STATUS_BAD_PARAM, "the descriptor has no such attribute"});
  if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    get_parts(content.parts.at(name), wanted, count, into);
    return CUDNN_STATUS_SUCCESS;
  }
  const dnn::Values& found = content.values.at(name);
  if (found.type != type)
    return report({CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "the attribute has another type"});
  *count = found.count;
  const auto most = static_cast<std::size_t>(std::min(wanted, found.count)) * size_of(type);
  std::copy_n(found.bytes.data(), most, static_cast<std::byte*>(into));
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t handle) {
  dnn::Content& content = content_of(handle);
  if (const dnn::Verdict verdict = dnn::check(content); verdict.status != CUDNN_STATUS_SUCCESS)
    return report(verdict);
  const dnn::Verdict verdict = dnn::complete(content);
  content.finalized = verdict.status == CUDNN_STATUS_SUCCESS;
  return report(verdict);
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t pack) {
  if (!content_of(plan).finalized || !content_of(pack).finalized)
    return report({CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "the plan or the pack is not finalized"});
  return report(
      dnn::execute(static_cast<Handle*>(plan)->content, content_of(pack), handle->stream));
}

}  // extern "C"
