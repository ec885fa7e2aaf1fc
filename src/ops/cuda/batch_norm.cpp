#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/operands.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/channel_check.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

BatchNormExtent extent_of(const Tensor& x, CudaDevice& device) {
  return {ref::rows_of_matrix(x), static_cast<int>(x.dim(-1)), device.info().multiprocessors};
}

BatchNormMoments moments_of(const Tensor& x, const BatchMoments& moments) {
  ref::expect_rows(x, "the input of the normalisation");
  ref::expect(moments.mean, "the mean", {x.dim(-1)}, DType::f64);
  ref::expect(moments.inv_std, "the inverse standard deviation", {x.dim(-1)}, DType::f64);
  return {moments.mean.data<double>(), moments.inv_std.data<double>()};
}

Tensor partial_sums(Backend& backend, const BatchNormExtent& extent) {
  return backend.empty({extent.partial_blocks(), 2, extent.channels}, DType::f64);
}

template <class T>
BatchNormGradInputs<T> grad_inputs(const Tensor& dy, const Tensor& y, const Tensor& x) {
  ref::expect(dy, "the gradient of the normalisation", x.shape(), x.dtype());
  if (y) ref::expect(y, "the output of the normalisation", x.shape(), x.dtype());
  return {dy.data<T>(), data_or_null<T>(y), x.data<T>()};
}

Backend::BatchNormGradSums empty_grad_sums(Backend& backend, const Tensor& x) {
  auto parameter_grad = [&] { return backend.empty({x.dim(-1)}, wide_dtype(x.dtype())); };
  return {backend.empty({2, x.dim(-1)}, DType::f64), parameter_grad(), parameter_grad()};
}

template <class T>
BatchNormGradSumsOut<T> pointers_to(Backend::BatchNormGradSums& out) {
  return {out.sums.data<double>(), out.dgamma.data<Compute<T>>(), out.dbeta.data<Compute<T>>()};
}

}  // namespace

Tensor CudaBackend::batch_norm_sums(const Tensor& x) {
  ref::expect_rows(x, "the input of the normalisation");
  const BatchNormExtent extent = extent_of(x, device_);
  Tensor partial = partial_sums(*this, extent);
  Tensor sums = empty({1, 2 * x.dim(-1) + 1}, DType::f64);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_batch_norm_sums<T>(stream(), extent, x.data<T>(), partial.data<double>(),
                              sums.data<double>());
  });
  return sums;
}

Tensor CudaBackend::batch_norm_apply(const Tensor& x, const BatchMoments& moments,
                                     const Tensor& gamma, const Tensor& beta,
                                     const Tensor& residual, Activation act) {
  const BatchNormMoments by = moments_of(x, moments);
  ref::expect(gamma, "gamma", {x.dim(-1)}, wide_dtype(x.dtype()));
  ref::expect(beta, "beta", {x.dim(-1)}, wide_dtype(x.dtype()));
  if (residual) ref::expect(residual, "the residual", x.shape(), x.dtype());
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_batch_norm_apply<T>(stream(), extent_of(x, device_), by,
                               {x.data<T>(), data_or_null<T>(residual), gamma.data<Compute<T>>(),
                                beta.data<Compute<T>>(), act == Activation::relu, y.data<T>()});
  });
  return y;
}

Backend::BatchNormGradSums CudaBackend::batch_norm_grad_sums(const Tensor& dy, const Tensor& y,
                                                             const Tensor& x,
                                                             const BatchMoments& moments) {
  const BatchNormMoments by = moments_of(x, moments);
  const BatchNormExtent extent = extent_of(x, device_);
  Tensor partial = partial_sums(*this, extent);
  BatchNormGradSums out = empty_grad_sums(*this, x);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_batch_norm_grad_sums<T>(stream(), extent, grad_inputs<T>(dy, y, x), by,
                                   partial.data<double>(), pointers_to<T>(out));
  });
  return out;
}

Backend::BatchNormGradSums CudaBackend::batch_norm_grad_sums_tangent(
    const Tensor& dy, const Tensor& tdy, const Tensor& y, const Tensor& x, const Tensor& tx,
    const BatchMoments& moments) {
  const BatchNormMoments by = moments_of(x, moments);
  ref::expect(tdy, "the tangent of the gradient", x.shape(), x.dtype());
  ref::expect(tx, "the tangent of the input", x.shape(), x.dtype());
  const BatchNormExtent extent = extent_of(x, device_);
  Tensor partial = partial_sums(*this, extent);
  BatchNormGradSums out = empty_grad_sums(*this, x);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_batch_norm_grad_sums_tangent<T>(stream(), extent,
                                           {grad_inputs<T>(dy, y, x), tdy.data<T>(), tx.data<T>()},
                                           by, partial.data<double>(), pointers_to<T>(out));
  });
  return out;
}

Tensor CudaBackend::channel_affine(const ChannelSum& sum) {
  ref::expect_channel_sum(sum);
  const Tensor& x = sum.first.x;
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    using C = Compute<T>;
    launch_channel_affine<T>(stream(), extent_of(x, device_),
                             {x.data<T>(), sum.first.slope.data<C>(), data_or_null<T>(sum.second.x),
                              data_or_null<C>(sum.second.slope), data_or_null<C>(sum.offset),
                              data_or_null<T>(sum.addend), data_or_null<T>(sum.mask), y.data<T>()});
  });
  return y;
}

Backend::BatchNormGrad CudaBackend::batch_norm_grad(const Tensor& dy, const Tensor& y,
                                                    const Tensor& x, const BatchMoments& moments,
                                                    const Tensor& gamma, const Tensor& sums,
                                                    const Tensor& count, bool want_residual) {
  const BatchNormMoments by = moments_of(x, moments);
  ref::expect(gamma, "gamma", {x.dim(-1)}, wide_dtype(x.dtype()));
  ref::expect(sums, "the gradient's sums", {2, x.dim(-1)}, DType::f64);
  ref::expect(count, "the number of rows", {1}, DType::f64);
  BatchNormGrad grad{empty(x.shape(), x.dtype()), {}};
  if (want_residual) grad.dresidual = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_batch_norm_grad<T>(
        stream(), extent_of(x, device_), by,
        {grad_inputs<T>(dy, y, x), gamma.data<Compute<T>>(), sums.data<double>(),
         count.data<double>(), grad.dx.data<T>(), data_or_null<T>(grad.dresidual)});
  });
  return grad;
}

}  // namespace switchyard
