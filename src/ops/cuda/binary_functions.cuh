#pragma once
// Addition, subtraction and multiplication of elements, rounded once.

#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/op_kinds.hpp"

namespace switchyard {

template <BinaryOp kOp, class T>
struct Binary {
  __device__ T operator()(T a, T b) const {
    const auto x = static_cast<Compute<T>>(a), y = static_cast<Compute<T>>(b);
    if constexpr (kOp == BinaryOp::add)
      return static_cast<T>(x + y);
    else if constexpr (kOp == BinaryOp::sub)
      return static_cast<T>(x - y);
    else
      return static_cast<T>(x * y);
  }
};

/// Calls use(f) with the function of `op`.
template <class T, class Use>
void with_binary(BinaryOp op, Use use) {
  switch (op) {
    case BinaryOp::add:
      return use(Binary<BinaryOp::add, T>{});
    case BinaryOp::sub:
      return use(Binary<BinaryOp::sub, T>{});
    case BinaryOp::mul:
      return use(Binary<BinaryOp::mul, T>{});
  }
}

}  // namespace switchyard
