// Elementwise kernels on tensors of one shape.

#include <algorithm>
#include <functional>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {

Tensor RefBackend::scale(const Tensor& x, double factor) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    std::ranges::transform(x.span<T>(), y.data<T>(),
                           [factor](T v) { return static_cast<T>(factor * v); });
  });
  return y;
}

void RefBackend::accumulate(Tensor& into, const Tensor& x) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    std::ranges::transform(into.span<T>(), x.span<T>(), into.data<T>(), std::plus<>());
  });
}

void RefBackend::add_scaled(Tensor& into, const Tensor& x, double factor) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    std::ranges::transform(into.span<T>(), x.span<T>(), into.data<T>(),
                           [factor](T sum, T v) { return static_cast<T>(sum + factor * v); });
  });
}

// Written so that NaN passes through: a diverged run must be seen.
Tensor RefBackend::relu(const Tensor& x) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    std::ranges::transform(x.span<T>(), y.data<T>(), [](T v) { return v <= 0 ? T{0} : v; });
  });
  return y;
}

Tensor RefBackend::relu_grad(const Tensor& dy, const Tensor& y) {
  ref::expect(y, "the output of relu", dy.shape(), dy.dtype());
  Tensor dx = empty(dy.shape(), dy.dtype());
  dispatch_float(dy.dtype(), [&]<class T>() {
    std::ranges::transform(dy.span<T>(), y.span<T>(), dx.data<T>(),
                           [](T g, T v) { return v > 0 ? g : T{0}; });
  });
  return dx;
}

}  // namespace switchyard
