#pragma once
// cuDNN's backend descriptors: objects with typed attributes, usable once finalized.
//
// The interface is that of "cuDNN Backend Descriptor Types" in NVIDIA's documentation.

#include <cudnn_graph.h>

#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <vector>

namespace switchyard {

/// Throws an Error with cuDNN's own words unless `status` is success; `call` is its source.
void check_cudnn(cudnnStatus_t status, const char* call,
                 std::source_location place = std::source_location::current());

#define SY_CUDNN(call) ::switchyard::check_cudnn((call), #call)

/// The name that cuDNN has for values of type T.
template <class T>
inline constexpr cudnnBackendAttributeType_t kAttributeType = T::no_such_attribute;
template <>
inline constexpr auto kAttributeType<std::int64_t> = CUDNN_TYPE_INT64;
template <>
inline constexpr auto kAttributeType<bool> = CUDNN_TYPE_BOOLEAN;
template <>
inline constexpr auto kAttributeType<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr auto kAttributeType<double> = CUDNN_TYPE_DOUBLE;
template <>
inline constexpr auto kAttributeType<void*> = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr auto kAttributeType<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr auto kAttributeType<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr auto kAttributeType<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr auto kAttributeType<cudnnPointwiseMode_t> = CUDNN_TYPE_POINTWISE_MODE;
template <>
inline constexpr auto kAttributeType<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;
template <>
inline constexpr auto kAttributeType<cudnnBackendKnobType_t> = CUDNN_TYPE_KNOB_TYPE;
template <>
inline constexpr auto kAttributeType<cudnnBackendNumericalNote_t> = CUDNN_TYPE_NUMERICAL_NOTE;

class CudnnDescriptor {
 public:
  using Attribute = cudnnBackendAttributeName_t;

  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type);

  template <class T>
  CudnnDescriptor& set(Attribute name, const T& value) {
    return set_raw(name, kAttributeType<T>, 1, &value);
  }
  template <class T>
  CudnnDescriptor& set_list(Attribute name, std::span<const T> values) {
    return set_raw(name, kAttributeType<T>, values.size(), values.data());
  }
  /// Finalized parts, which must outlive this.
  CudnnDescriptor& set_part(Attribute name, const CudnnDescriptor& part);
  CudnnDescriptor& set_parts(Attribute name, std::span<const CudnnDescriptor* const> parts);

  void finalize();
  /// False where cuDNN cannot do what the attributes say; a library that does not work at all is an
  /// Error.
  bool try_finalize();

  /// Up to `most` values of a list.
  template <class T>
  std::vector<T> get_list(Attribute name, std::int64_t most) const {
    std::vector<T> values(static_cast<std::size_t>(most));
    values.resize(get_raw(name, kAttributeType<T>, most, values.data()));
    return values;
  }
  template <class T>
  T get(Attribute name) const {
    T value{};
    get_raw(name, kAttributeType<T>, 1, &value);
    return value;
  }
  /// A part of this, which must be of `type`; and up to `most` parts of a list.
  CudnnDescriptor get_part(Attribute name, cudnnBackendDescriptorType_t type) const;
  std::vector<CudnnDescriptor> get_parts(Attribute name, cudnnBackendDescriptorType_t type,
                                         std::int64_t most) const;
  std::int64_t count_parts(Attribute name) const;

  cudnnBackendDescriptor_t handle() const { return handle_.get(); }

 private:
  CudnnDescriptor& set_raw(Attribute name, cudnnBackendAttributeType_t type, std::size_t count,
                           const void* values);
  /// How many there are, or were written where `values` is not null.
  std::size_t get_raw(Attribute name, cudnnBackendAttributeType_t type, std::int64_t most,
                      void* values) const;

  struct Destroy {
    void operator()(cudnnBackendDescriptor_t handle) const {
      cudnnBackendDestroyDescriptor(handle);
    }
  };
  std::unique_ptr<void, Destroy> handle_;
};

}  // namespace switchyard
