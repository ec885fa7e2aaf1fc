#include <algorithm>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// The weight of one pixel in the mean; an image without pixels has the mean 0.
double pixel_weight(const Shape& images) {
  return 1.0 / static_cast<double>(std::max<std::int64_t>(images[1] * images[2], 1));
}

}  // namespace

Tensor RefBackend::global_avg_pool(const Tensor& x) {
  ref::expect_rank(x, "the images", 4);
  const std::int64_t n = x.dim(0), c = x.dim(3);
  return scale(sum_to(x, {n, 1, 1, c}), pixel_weight(x.shape())).reshape({n, c});
}

Tensor RefBackend::global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) {
  SY_REQUIRE(x_shape.size() == 4, ExitCode::run_failed, "images have shape {} (expected (N,H,W,C))",
             to_string(x_shape));
  const std::int64_t n = x_shape[0], c = x_shape[3];
  ref::expect(dy, "the gradient of the mean", {n, c}, dy.dtype());
  const Tensor share = convert(scale(dy, pixel_weight(x_shape)), x_dtype);
  return broadcast_to(share.reshape({n, 1, 1, c}), x_shape);
}

}  // namespace switchyard
