#pragma once
// A value with its directional derivatives, and how a kernel is lifted to one.
//
// Several probe directions ride on one value. An undefined tangent is zero, so where no direction
// is seeded a lifted kernel is just the kernel.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard {

struct Dual {
  Tensor value;
  std::vector<Tensor> tangents;  ///< one a probe; may be shorter than the number of probes

  Dual() = default;
  Dual(Tensor v) : value(std::move(v)) {}  // NOLINT: a tensor is a dual without tangents
  Dual(Tensor v, std::vector<Tensor> t) : value(std::move(v)), tangents(std::move(t)) {}

  std::size_t probes() const { return tangents.size(); }
  Tensor tangent(std::size_t probe) const {
    return probe < tangents.size() ? tangents[probe] : Tensor{};
  }
  bool has_tangent() const {
    return std::any_of(tangents.begin(), tangents.end(), [](auto& t) { return t.defined(); });
  }
  const Shape& shape() const { return value.shape(); }
};

/// a + b, where an undefined tensor is zero.
inline Tensor add_or_zero(Backend& backend, Tensor a, Tensor b) {
  if (!a) return b;
  if (!b) return a;
  return backend.binary(BinaryOp::add, a, b);
}

/// f linear: t(f(x)) = f(tx).
template <class F>
Dual lift_linear(const Dual& x, F&& f) {
  Dual y(f(x.value));
  for (auto& t : x.tangents) y.tangents.push_back(t ? f(t) : Tensor{});
  return y;
}

/// f bilinear: t(f(a,b)) = f(ta,b) + f(a,tb).
template <class F>
Dual lift_bilinear(Backend& backend, const Dual& a, const Dual& b, F&& f) {
  Dual y(f(a.value, b.value));
  for (std::size_t i = 0; i < std::max(a.probes(), b.probes()); ++i) {
    Tensor ta = a.tangent(i), tb = b.tangent(i);
    y.tangents.push_back(
        add_or_zero(backend, ta ? f(ta, b.value) : Tensor{}, tb ? f(a.value, tb) : Tensor{}));
  }
  return y;
}

/// f with a known differential: differential(tx) is t(f(x)), given the value's tangent.
template <class D>
Dual lift(Tensor value, const Dual& x, D&& differential) {
  Dual y(std::move(value));
  for (auto& t : x.tangents) y.tangents.push_back(t ? differential(t) : Tensor{});
  return y;
}

}  // namespace switchyard
