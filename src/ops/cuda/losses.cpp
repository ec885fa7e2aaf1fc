#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/losses_kernels.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/loss_check.hpp"

namespace switchyard {
namespace {

SmoothedLabels smoothed(const Tensor& logits, const Tensor& labels, double smoothing) {
  const std::int64_t classes = logits.dim(1);
  return {labels.data<std::int32_t>(), logits.dim(0), static_cast<int>(classes), 1 - smoothing,
          smoothing / static_cast<double>(classes)};
}

}  // namespace

Tensor CudaBackend::cross_entropy_sum(const Tensor& logits, const Tensor& labels,
                                      double smoothing) {
  ref::expect_classification(logits, labels);
  Tensor sum = empty({1}, logits.dtype());
  dispatch_float(logits.dtype(), [&]<class T>() {
    launch_cross_entropy_sum<T>(stream(), logits.data<T>(), smoothed(logits, labels, smoothing),
                                sum.data<T>());
  });
  return sum;
}

Tensor CudaBackend::cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits,
                                           const Tensor& labels, double smoothing) {
  ref::expect_classification(logits, labels);
  ref::expect(dy, "the gradient of the sum", {1}, logits.dtype());
  Tensor dx = empty(logits.shape(), logits.dtype());
  dispatch_float(logits.dtype(), [&]<class T>() {
    launch_cross_entropy_sum_grad<T>(stream(), dy.data<T>(), logits.data<T>(),
                                     smoothed(logits, labels, smoothing), dx.data<T>());
  });
  return dx;
}

Tensor CudaBackend::squared_cv(const Tensor& x, double eps) {
  ref::expect_entries(x);
  Tensor y = empty({1}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    launch_squared_cv<T>(stream(), x.data<T>(), x.numel(), eps, y.data<T>());
  });
  return y;
}

Tensor CudaBackend::squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) {
  ref::expect_entries(x);
  ref::expect(dy, "the gradient of the squared variation", {1}, x.dtype());
  Tensor dx = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    launch_squared_cv_grad<T>(stream(), dy.data<T>(), x.data<T>(), x.numel(), eps, dx.data<T>());
  });
  return dx;
}

Tensor CudaBackend::not_finite(const Tensor& x) {
  ref::expect(x, "the number", {1}, x.dtype());
  Tensor flag = empty({1}, DType::f64);
  dispatch_float(x.dtype(), [&]<class T>() {
    launch_not_finite<T>(stream(), x.data<T>(), flag.data<double>());
  });
  return flag;
}

}  // namespace switchyard
