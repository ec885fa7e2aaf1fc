// Batch normalisation is bound by memory: each kernel reads its tensors once.

#include <array>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/elementwise.hpp"
#include "ops/cpu/reduction.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

struct Extent {
  std::int64_t rows, columns;
};

Extent extent(const Tensor& x) {
  SY_REQUIRE(x.rank() >= 1, ExitCode::run_failed, "batch_norm: a scalar has no channels");
  const std::int64_t columns = x.dim(-1);
  return {ref::rows_of_matrix(x), columns};
}

void expect_moments(const BatchMoments& moments, std::int64_t columns) {
  ref::expect(moments.mean, "the batch mean", {columns}, DType::f64);
  ref::expect(moments.inv_std, "the batch's inverse deviation", {columns}, DType::f64);
}

/// The channel's constants in the tensors' type: y = (x - mean) scale + beta.
template <class T>
struct Affine {
  std::vector<T> mean, scale, beta;
};

template <class T>
Affine<T> affine(const BatchMoments& moments, const Tensor& gamma, const Tensor& beta) {
  const auto mean = moments.mean.span<double>(), inv_std = moments.inv_std.span<double>();
  Affine<T> result{{mean.begin(), mean.end()}, {}, {}};
  const auto offsets = beta.span<T>();
  result.beta.assign(offsets.begin(), offsets.end());
  for (std::size_t c = 0; c < mean.size(); ++c)
    result.scale.push_back(static_cast<T>(gamma.data<T>()[c] * inv_std[c]));
  return result;
}

template <Activation act, bool has_residual, class T>
void apply_rows(const Affine<T>& affine, const T* __restrict x, const T* __restrict residual,
                T* __restrict y, std::int64_t rows) {
  const std::int64_t columns = std::ssize(affine.mean);
  const T *mean = affine.mean.data(), *scale = affine.scale.data(), *beta = affine.beta.data();
  for (std::int64_t r = 0; r < rows; ++r, x += columns, residual += columns, y += columns) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      T value = (x[c] - mean[c]) * scale[c] + beta[c];
      if constexpr (has_residual) value += residual[c];
      y[c] = activate<act>(value);
    }
  }
}

template <Activation act, class T>
void apply(const Affine<T>& affine, const Tensor& x, const Tensor& residual, Tensor& y) {
  const auto [rows, columns] = extent(x);
  const T* from = x.data<T>();
  T* to = y.data<T>();
  parallel_for(
      rows, row_grain(columns), [&, columns = columns](std::int64_t begin, std::int64_t end) {
        const std::int64_t first = begin * columns;
        if (residual)
          apply_rows<act, true, T>(affine, from + first, residual.data<T>() + first, to + first,
                                   end - begin);
        else
          apply_rows<act, false, T>(affine, from + first, from + first, to + first, end - begin);
      });
}

template <bool masked, class T>
void add_grad_sums(const T* dy, const T* y, const T* x, const double* mean, std::int64_t begin,
                   std::int64_t end, std::int64_t columns, double* into) {
  add_columns<2>(begin, end, columns, into, [=](std::int64_t i, std::int64_t c) {
    // Both loads come before the choice: loads under a mask halve the speed.
    const double gradient = dy[i], deviation = static_cast<double>(x[i]) - mean[c];
    const double g = !masked || y[i] > T{0} ? gradient : 0.0;
    return std::array<double, 2>{g, g * deviation};
  });
}

/// Sums (2,C): of products with x - mean to products with xhat.
void scale_products(Tensor& sums, const BatchMoments& moments) {
  const std::int64_t columns = sums.dim(1);
  for (std::int64_t c = 0; c < columns; ++c)
    sums.data<double>()[columns + c] *= moments.inv_std.data<double>()[c];
}

/// What enters the tangent of the sums; null `y`: no activation.
template <class T>
struct TangentPointers {
  const T *dy, *tdy, *y, *x, *tx;
};

template <bool masked, class T>
void add_tangent_sums(TangentPointers<T> at, const double* mean, std::int64_t begin,
                      std::int64_t end, std::int64_t columns, double* into) {
  add_columns<2>(begin, end, columns, into, [=](std::int64_t i, std::int64_t c) {
    const double gradient = at.tdy[i];
    const double product = gradient * (static_cast<double>(at.x[i]) - mean[c]) +
                           static_cast<double>(at.dy[i]) * static_cast<double>(at.tx[i]);
    const bool passes = !masked || at.y[i] > T{0};
    return std::array<double, 2>{passes ? gradient : 0.0, passes ? product : 0.0};
  });
}

/// dx = scale g - offset - slope (x - mean), the formula of batch_norm_grad by channel.
template <class T>
struct GradLine {
  std::vector<T> mean, scale, offset, slope;
};

template <class T>
GradLine<T> grad_line(const BatchMoments& moments, const Tensor& gamma, const Tensor& sums,
                      double count) {
  const auto mean = moments.mean.span<double>(), inv_std = moments.inv_std.span<double>();
  const std::size_t columns = mean.size();
  const double* sum = sums.data<double>();
  GradLine<T> line{{mean.begin(), mean.end()}, {}, {}, {}};
  for (std::size_t c = 0; c < columns; ++c) {
    const double scale = gamma.data<T>()[c] * inv_std[c];
    line.scale.push_back(static_cast<T>(scale));
    line.offset.push_back(static_cast<T>(scale * sum[c] / count));
    line.slope.push_back(static_cast<T>(scale * inv_std[c] * sum[columns + c] / count));
  }
  return line;
}

/// Memory of one pass; null `y`: no activation, null `g`: the masked gradient is not kept.
template <class T>
struct GradPointers {
  const T *dy, *y, *x;
  T *dx, *g;
};

template <bool masked, bool keep, class T>
void grad_rows(const GradLine<T>& line, GradPointers<T> at, std::int64_t begin, std::int64_t end) {
  const std::int64_t columns = std::ssize(line.mean);
  const T *mean = line.mean.data(), *scale = line.scale.data();
  const T *offset = line.offset.data(), *slope = line.slope.data();
  for (std::int64_t i = begin * columns; i < end * columns; i += columns) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      const T g = !masked || at.y[i + c] > T{0} ? at.dy[i + c] : T{0};
      at.dx[i + c] = scale[c] * g - offset[c] - slope[c] * (at.x[i + c] - mean[c]);
      if constexpr (keep) at.g[i + c] = g;
    }
  }
}

template <bool masked, class T>
void grad(const GradLine<T>& line, GradPointers<T> at, std::int64_t rows) {
  parallel_for(rows, row_grain(std::ssize(line.mean)), [&](std::int64_t begin, std::int64_t end) {
    at.g ? grad_rows<masked, true, T>(line, at, begin, end)
         : grad_rows<masked, false, T>(line, at, begin, end);
  });
}

}  // namespace

Tensor CpuBackend::batch_norm_sums(const Tensor& x) {
  const auto [rows, columns] = extent(x);
  Tensor sums = empty({1, 2 * columns + 1}, DType::f64);
  sums.data<double>()[2 * columns] = static_cast<double>(rows);
  dispatch_float(x.dtype(), [&, rows = rows, columns = columns]<class T>() {
    const T* from = x.data<T>();
    blocked_sums(rows, 2 * columns, x.numel(), sums.data<double>(),
                 [=](std::int64_t begin, std::int64_t end, double* partial) {
                   add_columns<2>(begin, end, columns, partial, [=](std::int64_t i, std::int64_t) {
                     const double value = from[i];
                     return std::array<double, 2>{value, value * value};
                   });
                 });
  });
  return sums;
}

Tensor CpuBackend::batch_norm_apply(const Tensor& x, const BatchMoments& moments,
                                    const Tensor& gamma, const Tensor& beta, const Tensor& residual,
                                    Activation act) {
  const std::int64_t columns = extent(x).columns;
  expect_moments(moments, columns);
  ref::expect(gamma, "gamma", {columns}, x.dtype());
  ref::expect(beta, "beta", {columns}, x.dtype());
  if (residual) ref::expect(residual, "the residual", x.shape(), x.dtype());
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const Affine<T> constants = affine<T>(moments, gamma, beta);
    act == Activation::relu ? apply<Activation::relu>(constants, x, residual, y)
                            : apply<Activation::none>(constants, x, residual, y);
  });
  return y;
}

Backend::BatchNormGradSums CpuBackend::batch_norm_grad_sums(const Tensor& dy, const Tensor& y,
                                                            const Tensor& x,
                                                            const BatchMoments& moments) {
  const auto [rows, columns] = extent(x);
  ref::expect(dy, "the gradient of batch_norm", x.shape(), x.dtype());
  if (y) ref::expect(y, "the output of batch_norm", x.shape(), x.dtype());
  expect_moments(moments, columns);
  Tensor sums = empty({2, columns}, DType::f64);
  double* result = sums.data<double>();
  const double* mean = moments.mean.data<double>();
  dispatch_float(x.dtype(), [&, rows = rows, columns = columns]<class T>() {
    const T *from = x.data<T>(), *grad = dy.data<T>(), *out = y ? y.data<T>() : nullptr;
    blocked_sums(rows, 2 * columns, x.numel(), result,
                 [=](std::int64_t begin, std::int64_t end, double* partial) {
                   out ? add_grad_sums<true>(grad, out, from, mean, begin, end, columns, partial)
                       : add_grad_sums<false>(grad, out, from, mean, begin, end, columns, partial);
                 });
  });
  scale_products(sums, moments);
  return with_parameter_grads(sums, x.dtype());
}

Backend::BatchNormGradSums CpuBackend::batch_norm_grad_sums_tangent(
    const Tensor& dy, const Tensor& tdy, const Tensor& y, const Tensor& x, const Tensor& tx,
    const BatchMoments& moments) {
  const auto [rows, columns] = extent(x);
  for (const Tensor* like_x : {&dy, &tdy, &tx})
    ref::expect(*like_x, "a gradient or tangent of batch_norm", x.shape(), x.dtype());
  if (y) ref::expect(y, "the output of batch_norm", x.shape(), x.dtype());
  expect_moments(moments, columns);
  Tensor sums = empty({2, columns}, DType::f64);
  double* result = sums.data<double>();
  const double* mean = moments.mean.data<double>();
  dispatch_float(x.dtype(), [&, rows = rows, columns = columns]<class T>() {
    const TangentPointers<T> at{dy.data<T>(), tdy.data<T>(), y ? y.data<T>() : nullptr, x.data<T>(),
                                tx.data<T>()};
    blocked_sums(rows, 2 * columns, x.numel(), result,
                 [=](std::int64_t begin, std::int64_t end, double* partial) {
                   at.y ? add_tangent_sums<true>(at, mean, begin, end, columns, partial)
                        : add_tangent_sums<false>(at, mean, begin, end, columns, partial);
                 });
  });
  scale_products(sums, moments);
  return with_parameter_grads(sums, x.dtype());
}

Backend::BatchNormGrad CpuBackend::batch_norm_grad(const Tensor& dy, const Tensor& y,
                                                   const Tensor& x, const BatchMoments& moments,
                                                   const Tensor& gamma, const Tensor& sums,
                                                   const Tensor& count, bool want_residual) {
  const auto [rows, columns] = extent(x);
  ref::expect(dy, "the gradient of batch_norm", x.shape(), x.dtype());
  if (y) ref::expect(y, "the output of batch_norm", x.shape(), x.dtype());
  expect_moments(moments, columns);
  ref::expect(gamma, "gamma", {columns}, x.dtype());
  ref::expect(sums, "the sums of batch_norm_grad", {2, columns}, DType::f64);
  ref::expect(count, "the number of rows", {1}, DType::f64);
  const double all_rows = std::max(count.data<double>()[0], 1.0);
  BatchNormGrad result{empty(x.shape(), x.dtype()), {}};
  if (want_residual) result.dresidual = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&, rows = rows]<class T>() {
    const GradLine<T> line = grad_line<T>(moments, gamma, sums, all_rows);
    const GradPointers<T> at{dy.data<T>(), y ? y.data<T>() : nullptr, x.data<T>(),
                             result.dx.data<T>(),
                             want_residual ? result.dresidual.data<T>() : nullptr};
    y ? grad<true>(line, at, rows) : grad<false>(line, at, rows);
  });
  return result;
}

}  // namespace switchyard
