#include "ops/cuda/binary_functions.cuh"
#include "ops/cuda/elementwise_kernels.hpp"
#include "ops/cuda/map.cuh"

namespace switchyard {
namespace {

template <class T>
struct Scale {
  Compute<T> factor;
  __device__ T operator()(T x) const { return static_cast<T>(factor * static_cast<Compute<T>>(x)); }
};

template <class T>
struct AddScaled {
  Compute<T> factor;
  __device__ T operator()(T sum, T x) const {
    return static_cast<T>(static_cast<Compute<T>>(sum) + factor * static_cast<Compute<T>>(x));
  }
};

template <class T>
struct Relu {
  __device__ T operator()(T x) const {
    return static_cast<Compute<T>>(x) <= 0 ? static_cast<T>(Compute<T>{0}) : x;
  }
};

template <class T>
struct ReluGrad {
  __device__ T operator()(T dy, T y) const {
    return static_cast<Compute<T>>(y) > 0 ? dy : static_cast<T>(Compute<T>{0});
  }
};

}  // namespace

template <class T>
void launch_binary_same_shape(BinaryOp op, const T* a, const T* b, T* y, std::int64_t n,
                              cudaStream_t stream) {
  with_binary<T>(op, [&](auto f) { map(n, stream, f, y, a, b); });
}

template <class T>
void launch_scale(const T* x, double factor, T* y, std::int64_t n, cudaStream_t stream) {
  map(n, stream, Scale<T>{static_cast<Compute<T>>(factor)}, y, x);
}

template <class T>
void launch_add_scaled(T* sum, const T* x, double factor, std::int64_t n, cudaStream_t stream) {
  const T* into = sum;
  map(n, stream, AddScaled<T>{static_cast<Compute<T>>(factor)}, sum, into, x);
}

template <class T>
void launch_relu(const T* x, T* y, std::int64_t n, cudaStream_t stream) {
  map(n, stream, Relu<T>{}, y, x);
}

template <class T>
void launch_relu_grad(const T* dy, const T* y, T* dx, std::int64_t n, cudaStream_t stream) {
  map(n, stream, ReluGrad<T>{}, dx, dy, y);
}

#define SY_INSTANTIATE(T)                                                                \
  template void launch_binary_same_shape(BinaryOp, const T*, const T*, T*, std::int64_t, \
                                         cudaStream_t);                                  \
  template void launch_scale(const T*, double, T*, std::int64_t, cudaStream_t);          \
  template void launch_add_scaled(T*, const T*, double, std::int64_t, cudaStream_t);     \
  template void launch_relu(const T*, T*, std::int64_t, cudaStream_t);                   \
  template void launch_relu_grad(const T*, const T*, T*, std::int64_t, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
