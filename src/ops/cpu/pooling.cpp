#include <array>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/reduction.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
Tensor CpuBackend::global_avg_pool(const Tensor& x) {
  ref::expect_rank(x, "the images", 4);
  const std::int64_t images = x.dim(0), pixels = x.dim(1) * x.dim(2), channels = x.dim(3);
  if (x.numel() == 0) return RefBackend::global_avg_pool(x);
  Tensor y = empty({images, channels}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = y.data<T>();
    const double weight = 1.0 / static_cast<double>(pixels);
    parallel_for(images, row_grain(pixels * channels), [=](std::int64_t begin, std::int64_t end) {
      std::vector<double> sums(static_cast<std::size_t>(channels));
      for (std::int64_t n = begin; n < end; ++n) {
        std::fill(sums.begin(), sums.end(), 0.0);
        add_columns<1>(n * pixels, (n + 1) * pixels, channels, sums.data(),
                       [=](std::int64_t i, std::int64_t) {
                         return std::array<double, 1>{static_cast<double>(from[i])};
                       });
        for (std::int64_t c = 0; c < channels; ++c)
          to[n * channels + c] = static_cast<T>(sums[c] * weight);
      }
    });
  });
  return y;
}

Tensor CpuBackend::global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) {
  if (x_dtype != dy.dtype()) return RefBackend::global_avg_pool_grad(dy, x_shape, x_dtype);
  SY_REQUIRE(x_shape.size() == 4, ExitCode::run_failed,
             "global_avg_pool: images are (N,H,W,C) (found {})", to_string(x_shape));
  ref::expect(dy, "the gradient of the pooled images", {x_shape[0], x_shape[3]}, dy.dtype());
  const std::int64_t pixels = x_shape[1] * x_shape[2], channels = x_shape[3];
  Tensor dx = empty(x_shape, dy.dtype());
  dispatch_float(dy.dtype(), [&]<class T>() {
    const T* from = dy.data<T>();
    T* to = dx.data<T>();
    const T weight = static_cast<T>(1.0 / static_cast<double>(pixels));
    parallel_for(x_shape[0] * pixels, row_grain(channels),
                 [=](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t row = begin; row < end; ++row)
                     for (std::int64_t c = 0; c < channels; ++c)
                       to[row * channels + c] = weight * from[row / pixels * channels + c];
                 });
  });
  return dx;
}

}  // namespace switchyard
