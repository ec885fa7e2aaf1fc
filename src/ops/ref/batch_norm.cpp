// Batch normalisation (Ioffe & Szegedy 2015), evaluated in double.

#include <algorithm>

#include "ops/ref/channel_check.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// f(i, c) for every element i of x, which lies in channel c.
template <class F>
void for_each_channel(const Tensor& x, F&& f) {
  const std::int64_t channels = x.dim(-1);
  std::int64_t i = 0;
  for (std::int64_t r = 0; r < ref::rows_of_matrix(x); ++r) {
    for (std::int64_t c = 0; c < channels; ++c, ++i) f(i, c);
  }
}

void expect_moments(const Tensor& x, const BatchMoments& moments) {
  ref::expect_rows(x, "the input of the normalisation");
  ref::expect(moments.mean, "the mean", {x.dim(-1)}, DType::f64);
  ref::expect(moments.inv_std, "the inverse standard deviation", {x.dim(-1)}, DType::f64);
}

// A channel-wise view of x normalised: xhat = (x - mean) inv_std.
template <class T>
class Normalised {
 public:
  Normalised(const Tensor& x, const BatchMoments& moments)
      : x_(x.data<T>()),
        mean_(moments.mean.data<double>()),
        inv_std_(moments.inv_std.data<double>()) {}

  double operator()(std::int64_t i, std::int64_t c) const {
    return (static_cast<double>(x_[i]) - mean_[c]) * inv_std_[c];
  }

 private:
  const T* x_;
  const double* mean_;
  const double* inv_std_;
};

// g: dy masked by y > 0, in memory of its own.
Tensor masked(Backend& backend, const Tensor& dy, const Tensor& y) {
  return y ? backend.relu_grad(dy, y) : backend.convert(dy, dy.dtype());
}

}  // namespace

Tensor RefBackend::batch_norm_sums(const Tensor& x) {
  ref::expect_rows(x, "the input of the normalisation");
  const std::int64_t channels = x.dim(-1);
  Tensor sums = zeros({1, 2 * channels + 1}, DType::f64);
  sums.data<double>()[2 * channels] = static_cast<double>(ref::rows_of_matrix(x));
  dispatch_float(x.dtype(), [&]<class T>() {
    double* sum = sums.data<double>();
    double* square_sum = sum + channels;
    for_each_channel(x, [&](std::int64_t i, std::int64_t c) {
      const double v = x.data<T>()[i];
      sum[c] += v;
      square_sum[c] += v * v;
    });
  });
  return sums;
}

Tensor RefBackend::batch_norm_apply(const Tensor& x, const BatchMoments& moments,
                                    const Tensor& gamma, const Tensor& beta, const Tensor& residual,
                                    Activation act) {
  expect_moments(x, moments);
  ref::expect(gamma, "gamma", {x.dim(-1)}, x.dtype());
  ref::expect(beta, "beta", {x.dim(-1)}, x.dtype());
  if (residual) ref::expect(residual, "the residual", x.shape(), x.dtype());
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const Normalised<T> xhat(x, moments);
    const T* g = gamma.data<T>();
    const T* b = beta.data<T>();
    for_each_channel(x, [&](std::int64_t i, std::int64_t c) {
      double v = xhat(i, c) * g[c] + b[c];
      if (residual) v += residual.data<T>()[i];
      y.data<T>()[i] = static_cast<T>(act == Activation::relu && v <= 0 ? 0.0 : v);
    });
  });
  return y;
}

Backend::BatchNormGradSums RefBackend::batch_norm_grad_sums(const Tensor& dy, const Tensor& y,
                                                            const Tensor& x,
                                                            const BatchMoments& moments) {
  expect_moments(x, moments);
  ref::expect(dy, "the gradient of the normalisation", x.shape(), x.dtype());
  const Tensor g = masked(*this, dy, y);
  Tensor sums = zeros({2, x.dim(-1)}, DType::f64);
  dispatch_float(x.dtype(), [&]<class T>() {
    const Normalised<T> xhat(x, moments);
    double* sum = sums.data<double>();
    double* product_sum = sum + x.dim(-1);
    for_each_channel(x, [&](std::int64_t i, std::int64_t c) {
      const double v = g.data<T>()[i];
      sum[c] += v;
      product_sum[c] += v * xhat(i, c);
    });
  });
  return with_parameter_grads(sums, x.dtype());
}

Backend::BatchNormGradSums RefBackend::batch_norm_grad_sums_tangent(
    const Tensor& dy, const Tensor& tdy, const Tensor& y, const Tensor& x, const Tensor& tx,
    const BatchMoments& moments) {
  const Tensor of_tdy = batch_norm_grad_sums(tdy, y, x, moments).sums;
  const Tensor no_mean = zeros({x.dim(-1)}, DType::f64);
  const Tensor of_tx = batch_norm_grad_sums(dy, y, tx, {no_mean, moments.inv_std}).sums;
  Tensor sums = convert(of_tdy, DType::f64);
  Tensor products = sums.rows(1, 2);
  accumulate(products, of_tx.rows(1, 2));
  return with_parameter_grads(sums, x.dtype());
}

Backend::BatchNormGradSums RefBackend::with_parameter_grads(const Tensor& sums, DType dtype) {
  auto row = [&](int r) { return convert(sums.rows(r, r + 1), dtype).reshape({sums.dim(1)}); };
  return {sums, row(1), row(0)};
}

Backend::BatchNormGrad RefBackend::batch_norm_grad(const Tensor& dy, const Tensor& y,
                                                   const Tensor& x, const BatchMoments& moments,
                                                   const Tensor& gamma, const Tensor& sums,
                                                   const Tensor& count, bool want_residual) {
  expect_moments(x, moments);
  ref::expect(dy, "the gradient of the normalisation", x.shape(), x.dtype());
  ref::expect(gamma, "gamma", {x.dim(-1)}, x.dtype());
  ref::expect(sums, "the gradient's sums", {2, x.dim(-1)}, DType::f64);
  ref::expect(count, "the number of rows", {1}, DType::f64);
  const double rows = std::max(count.data<double>()[0], 1.0);
  Tensor g = masked(*this, dy, y);
  Tensor dx = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const Normalised<T> xhat(x, moments);
    const double* sum = sums.data<double>();
    const double* product_sum = sum + x.dim(-1);
    const double* inv_std = moments.inv_std.data<double>();
    for_each_channel(x, [&](std::int64_t i, std::int64_t c) {
      const double centred = g.data<T>()[i] - sum[c] / rows - xhat(i, c) * product_sum[c] / rows;
      dx.data<T>()[i] = static_cast<T>(gamma.data<T>()[c] * inv_std[c] * centred);
    });
  });
  return {dx, want_residual ? g : Tensor{}};
}

Tensor RefBackend::channel_affine(const ChannelSum& sum) {
  ref::expect_channel_sum(sum);
  const Tensor& x = sum.first.x;
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for_each_channel(x, [&](std::int64_t i, std::int64_t c) {
      auto product = [=](const ChannelTerm& term) {
        return static_cast<double>(term.x.data<T>()[i]) * term.slope.data<T>()[c];
      };
      double v = product(sum.first);
      if (sum.second.x) v += product(sum.second);
      if (sum.offset) v += sum.offset.data<T>()[c];
      if (sum.addend) v += sum.addend.data<T>()[i];
      y.data<T>()[i] = static_cast<T>(!sum.mask || sum.mask.data<T>()[i] > 0 ? v : 0.0);
    });
  });
  return y;
}

}  // namespace switchyard
