#pragma once
// From a run-time element type to a template argument, for the types that kernels compute with.

#include <utility>

#include "device/dtype.hpp"

namespace switchyard {

/// Calls f.template operator()<float, double or BFloat16>(); any other type is an error.
template <class F>
decltype(auto) dispatch_compute(DType dtype, F&& f) {
  if (dtype == DType::bf16) return std::forward<F>(f).template operator()<BFloat16>();
  return dispatch_float(dtype, std::forward<F>(f));
}

/// The type that values of T are added up in: double for double, else float.
template <class T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

}  // namespace switchyard
