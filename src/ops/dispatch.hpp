#pragma once
// From a run-time element type to a template argument, beyond dispatch_float().

#include <utility>

#include "device/dtype.hpp"

namespace switchyard {

/// Calls f.template operator()<float, double or BFloat16>(); any other type is an error.
template <class F>
decltype(auto) dispatch_compute(DType dtype, F&& f) {
  if (dtype == DType::bf16) return std::forward<F>(f).template operator()<BFloat16>();
  return dispatch_float(dtype, std::forward<F>(f));
}

/// The same for every type that an element can have.
template <class F>
decltype(auto) dispatch_any(DType dtype, F&& f) {
  switch (dtype) {
    case DType::i32:
      return std::forward<F>(f).template operator()<std::int32_t>();
    case DType::i64:
      return std::forward<F>(f).template operator()<std::int64_t>();
    case DType::u8:
      return std::forward<F>(f).template operator()<std::uint8_t>();
    default:
      return dispatch_compute(dtype, std::forward<F>(f));
  }
}

}  // namespace switchyard
