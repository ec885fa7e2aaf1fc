#include <cmath>

#include "ops/cuda/losses_kernels.hpp"
#include "ops/cuda/reduce.cuh"

namespace switchyard {
namespace {

constexpr unsigned kThreads = 1024;

// The softmax of a row is exp(x - shift) / total.
template <class T>
struct RowSoftmax {
  T shift;
  T total = 0;

  __device__ RowSoftmax(const T* x, int classes) : shift(x[0]) {
    for (int c = 1; c < classes; ++c) shift = Max{}(shift, x[c]);
    for (int c = 0; c < classes; ++c) total += std::exp(x[c] - shift);
  }
};

template <class T>
__device__ double cross_entropy(const T* x, std::int32_t label, const SmoothedLabels& to) {
  const RowSoftmax<T> softmax(x, to.classes);
  double loss = std::log(softmax.total) - to.hit * (x[label] - softmax.shift);
  if (to.uniform == 0) return loss;  // of a logit of minus infinity, 0 times it would be no number
  for (int c = 0; c < to.classes; ++c) loss -= to.uniform * (x[c] - softmax.shift);
  return loss;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    cross_entropy_sum_kernel(const T* logits, SmoothedLabels to, T* sum) {
  const double all = block_sum_of(to.rows, [&](std::int64_t r) {
    return cross_entropy(logits + r * to.classes, to.labels[r], to);
  });
  if (threadIdx.x == 0) *sum = static_cast<T>(all);
}

template <class T>
struct StoreCrossEntropyGrad {
  const T* dy;
  const T* logits;
  SmoothedLabels to;
  T* dx;

  __device__ void operator()(std::int64_t r) const {
    const T* x = logits + r * to.classes;
    const RowSoftmax<T> softmax(x, to.classes);
    const T hit = static_cast<T>(to.hit), uniform = static_cast<T>(to.uniform);
    for (int c = 0; c < to.classes; ++c) {
      const T p = std::exp(x[c] - softmax.shift) / softmax.total;
      const T target = c == to.labels[r] ? hit + uniform : uniform;
      dx[r * to.classes + c] = *dy * (p - target);
    }
  }
};

struct Moments {
  double mean;
  double variance;
};

// Of x (n), by one block.
template <class T>
__device__ Moments moments_by_block(const T* x, std::int64_t n) {
  const auto count = static_cast<double>(n);
  const double mean =
      block_sum_of(n, [&](std::int64_t i) { return static_cast<double>(x[i]); }) / count;
  const double squares = block_sum_of(n, [&](std::int64_t i) {
    const double centred = static_cast<double>(x[i]) - mean;
    return centred * centred;
  });
  return {mean, squares / count};
}

template <class T>
__global__ void __launch_bounds__(kBlock)
    squared_cv_kernel(const T* x, std::int64_t n, double eps, T* y) {
  const Moments m = moments_by_block(x, n);
  const double scale = m.mean + eps;
  if (threadIdx.x == 0) *y = static_cast<T>(m.variance / (scale * scale));
}

template <class T>
__global__ void __launch_bounds__(kBlock)
    squared_cv_grad_kernel(const T* dy, const T* x, std::int64_t n, double eps, T* dx) {
  const Moments m = moments_by_block(x, n);
  const double scale = m.mean + eps;
  const double factor = 2 * static_cast<double>(*dy) / (static_cast<double>(n) * scale * scale);
  for (std::int64_t i = threadIdx.x; i < n; i += kBlock)
    dx[i] = static_cast<T>(factor * (static_cast<double>(x[i]) - m.mean - m.variance / scale));
}

template <class T>
struct StoreNotFinite {
  const T* x;
  double* flag;
  __device__ void operator()(std::int64_t) const { *flag = std::isfinite(*x) ? 0 : 1; }
};

}  // namespace

template <class T>
void launch_cross_entropy_sum(cudaStream_t stream, const T* logits, const SmoothedLabels& labels,
                              T* sum) {
  launch(cross_entropy_sum_kernel<T>, dim3(1), kThreads, stream, logits, labels, sum);
}

template <class T>
void launch_cross_entropy_sum_grad(cudaStream_t stream, const T* dy, const T* logits,
                                   const SmoothedLabels& labels, T* dx) {
  for_each(labels.rows, stream, StoreCrossEntropyGrad<T>{dy, logits, labels, dx});
}

template <class T>
void launch_squared_cv(cudaStream_t stream, const T* x, std::int64_t n, double eps, T* y) {
  launch(squared_cv_kernel<T>, dim3(1), kBlock, stream, x, n, eps, y);
}

template <class T>
void launch_squared_cv_grad(cudaStream_t stream, const T* dy, const T* x, std::int64_t n,
                            double eps, T* dx) {
  launch(squared_cv_grad_kernel<T>, dim3(1), kBlock, stream, dy, x, n, eps, dx);
}

template <class T>
void launch_not_finite(cudaStream_t stream, const T* x, double* flag) {
  for_each(1, stream, StoreNotFinite<T>{x, flag});
}

#define SY_INSTANTIATE(T)                                                                      \
  template void launch_cross_entropy_sum(cudaStream_t, const T*, const SmoothedLabels&, T*);   \
  template void launch_cross_entropy_sum_grad(cudaStream_t, const T*, const T*,                \
                                              const SmoothedLabels&, T*);                      \
  template void launch_squared_cv(cudaStream_t, const T*, std::int64_t, double, T*);           \
  template void launch_squared_cv_grad(cudaStream_t, const T*, const T*, std::int64_t, double, \
                                       T*);                                                    \
  template void launch_not_finite(cudaStream_t, const T*, double*);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
#undef SY_INSTANTIATE

}  // namespace switchyard
