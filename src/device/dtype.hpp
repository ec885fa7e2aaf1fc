#pragma once
// Element types, and the one place where a run-time type becomes a template argument.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "device/bfloat16.hpp"

namespace switchyard {

enum class DType { f32, f64, i32, i64, u8, bf16 };

std::size_t size_of(DType dtype);
std::string_view to_string(DType dtype);

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, BFloat16>)
    return DType::bf16;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "no DType for this type");
    return DType::u8;
  }
}

/// Calls f.template operator()<float or double>(); any other type is an error.
template <class F>
decltype(auto) dispatch_float(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return std::forward<F>(f).template operator()<float>();
    case DType::f64:
      return std::forward<F>(f).template operator()<double>();
    default:
      fail(ExitCode::run_failed,
           fmt::format("a floating-point tensor is needed (found {})", to_string(dtype)));
  }
}

}  // namespace switchyard
