#pragma once
// The elementwise functions that several kernels share.

#include "ops/backend.hpp"

namespace switchyard {

/// max(x, 0), written so that NaN stays NaN.
template <class T>
T rectify(T x) {
  return x <= T{0} ? T{0} : x;
}

template <Activation act, class T>
T activate(T x) {
  if constexpr (act == Activation::relu)
    return rectify(x);
  else
    return x;
}

}  // namespace switchyard
