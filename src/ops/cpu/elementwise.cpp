#include "ops/cpu/elementwise.hpp"

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/parallel.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

/// y[i] = f(x[i]) for every element.
template <class T, class F>
void map(const Tensor& x, Tensor& y, F f) {
  const T* from = x.data<T>();
  T* to = y.data<T>();
  parallel_for(x.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) to[i] = f(from[i]);
  });
}

}  // namespace

Tensor CpuBackend::scale(const Tensor& x, double factor) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    map<T>(x, y, [k = static_cast<T>(factor)](T value) { return k * value; });
  });
  return y;
}

void CpuBackend::accumulate(Tensor& into, const Tensor& x) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    T* to = into.data<T>();
    const T* from = x.data<T>();
    parallel_for(x.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) to[i] += from[i];
    });
  });
}

void CpuBackend::add_scaled(Tensor& into, const Tensor& x, double factor) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    T* to = into.data<T>();
    const T* from = x.data<T>();
    const T k = static_cast<T>(factor);
    parallel_for(x.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) to[i] += k * from[i];
    });
  });
}

Tensor CpuBackend::relu(const Tensor& x) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(),
                 [&]<class T>() { map<T>(x, y, [](T value) { return rectify(value); }); });
  return y;
}

Tensor CpuBackend::relu_grad(const Tensor& dy, const Tensor& y) {
  ref::expect(y, "the output of relu", dy.shape(), dy.dtype());
  Tensor dx = empty(dy.shape(), dy.dtype());
  dispatch_float(dy.dtype(), [&]<class T>() {
    const T* out = y.data<T>();
    const T* from = dy.data<T>();
    T* to = dx.data<T>();
    parallel_for(dy.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) to[i] = out[i] > T{0} ? from[i] : T{0};
    });
  });
  return dx;
}

}  // namespace switchyard
