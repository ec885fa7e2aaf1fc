#pragma once
// How tensors become operands of a launch.

#include "device/tensor.hpp"

namespace switchyard {

/// Elements in device memory, or null for an undefined tensor.
template <class T>
const T* data_or_null(const Tensor& x) {
  return x ? x.data<T>() : nullptr;
}
template <class T>
T* data_or_null(Tensor& x) {
  return x ? x.data<T>() : nullptr;
}

/// The type of parameters and means beside activations of `dtype`: that of Compute.
constexpr DType wide_dtype(DType dtype) {
  return dtype == DType::bf16 ? DType::f32 : dtype;
}

}  // namespace switchyard
