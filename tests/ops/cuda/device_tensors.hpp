#pragma once
// Tensors of a device, made from and compared with those of the host.

#include "device/cuda/cuda_device.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard::test {

inline Tensor to_device(CudaDevice& device, const Tensor& host) {
  Tensor copy(device.allocator(), host.shape(), host.dtype());
  device.upload(host.raw(), copy.raw(), host.bytes());
  return copy;
}

/// The numbers of a device's tensor, in double.
inline Tensor to_host(CudaDevice& device, const Tensor& x) {
  RefBackend ref;
  const auto copy = device.start_download(x.raw(), x.bytes());
  return ref.convert(ref.from_host(copy->wait(), x.shape(), x.dtype()), DType::f64);
}

/// The same numbers, rounded to `dtype` and read back in double.
inline Tensor rounded(const Tensor& host, DType dtype) {
  RefBackend ref;
  return ref.convert(ref.convert(host, dtype), DType::f64);
}

/// |found - expected| / |expected| in the Euclidean norm, of an f64 tensor.
inline double relative_error(const Tensor& found, const Tensor& expected) {
  RefBackend ref;
  const Tensor difference = ref.binary(BinaryOp::sub, found, expected);
  return std::sqrt(ref.dot(difference, difference) / ref.dot(expected, expected));
}

}  // namespace switchyard::test
