#pragma once
// From a run-time element type to a template argument, for the types that kernels compute with.

#include <utility>

#include "device/dtype.hpp"
#include "ops/cuda/compute.hpp"

namespace switchyard {

/// Calls f.template operator()<float, double or BFloat16>(); any other type is an error.
template <class F>
decltype(auto) dispatch_compute(DType dtype, F&& f) {
  if (dtype == DType::bf16) return std::forward<F>(f).template operator()<BFloat16>();
  return dispatch_float(dtype, std::forward<F>(f));
}

}  // namespace switchyard
