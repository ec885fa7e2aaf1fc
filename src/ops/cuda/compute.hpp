#pragma once
// The type that kernels compute in.

#include <type_traits>

#include "device/bfloat16.hpp"

namespace switchyard {

/// What values of T are computed and added up in: double for double, else float.
template <class T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

}  // namespace switchyard
