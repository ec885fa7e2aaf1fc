#pragma once
// What descriptors of the double of cuDNN hold.

#include <cudnn_graph.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cuda_emulation::cudnn {

struct Content;
using Shared = std::shared_ptr<Content>;

struct Values {
  cudnnBackendAttributeType_t type;
  std::int64_t count;
  std::vector<std::byte> bytes;
};

/// A descriptor; handles of it and descriptors that have it as a part share it.
struct Content {
  cudnnBackendDescriptorType_t type;
  bool finalized = false;
  std::map<cudnnBackendAttributeName_t, Values> values = {};
  std::map<cudnnBackendAttributeName_t, std::vector<Shared>> parts = {};

  template <class T>
  std::vector<T> list(cudnnBackendAttributeName_t name) const {
    const Values& found = values.at(name);
    std::vector<T> result(found.bytes.size() / sizeof(T));
    std::memcpy(result.data(), found.bytes.data(), result.size() * sizeof(T));
    return result;
  }
  template <class T>
  T get(cudnnBackendAttributeName_t name) const {
    T value;
    std::memcpy(&value, values.at(name).bytes.data(), sizeof value);
    return value;
  }
  const Content& part(cudnnBackendAttributeName_t name) const { return *parts.at(name).at(0); }
  bool has(cudnnBackendAttributeName_t name) const {
    return values.contains(name) || parts.contains(name);
  }
  /// For what the library fills in itself.
  template <class T>
  void put(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t of,
           const std::vector<T>& list) {
    const auto* first = reinterpret_cast<const std::byte*>(list.data());
    values[name] = {
        of, static_cast<std::int64_t>(list.size()), {first, first + list.size() * sizeof(T)}};
  }
};

/// A status with what cudnnGetLastErrorString will say of it; empty where all is well.
struct Verdict {
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  std::string words = {};
};

/// Looks at attributes that are about to be finalized, as the library does.
Verdict check(const Content& content);
/// Fills in what finalizing adds: the proposals of heuristics, the workspace of a plan.
Verdict complete(Content& content);
/// Enqueues a plan on a stream.
Verdict execute(const Shared& plan, const Content& pack, cudaStream_t stream);

}  // namespace cuda_emulation::cudnn
