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

/// What is wanted of a result: a Hessian-vector product has no use for the values of parameters'
/// gradients.
enum class DualParts { all, tangents };

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

/// a + b, where an undefined tensor is zero; `a` and `b` are memory that nobody else reads.
inline Tensor add_fresh(Backend& backend, Tensor a, const Tensor& b) {
  if (!a) return b;
  if (b) backend.accumulate(a, b);
  return a;
}

/// f linear: t(f(x)) = f(tx).
template <class F>
Dual lift_linear(const Dual& x, F&& f, DualParts parts = DualParts::all) {
  Dual y(parts == DualParts::all ? f(x.value) : Tensor{});
  for (auto& t : x.tangents) y.tangents.push_back(t ? f(t) : Tensor{});
  return y;
}

/// f bilinear, its results memory of their own: t(f(a,b)) = f(ta,b) + f(a,tb).
template <class F>
Dual lift_bilinear(Backend& backend, const Dual& a, const Dual& b, F&& f,
                   DualParts parts = DualParts::all) {
  Dual y(parts == DualParts::all ? f(a.value, b.value) : Tensor{});
  for (std::size_t i = 0; i < std::max(a.probes(), b.probes()); ++i) {
    Tensor ta = a.tangent(i), tb = b.tangent(i);
    y.tangents.push_back(
        add_fresh(backend, ta ? f(ta, b.value) : Tensor{}, tb ? f(a.value, tb) : Tensor{}));
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
