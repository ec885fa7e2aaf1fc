#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/operands.hpp"
#include "ops/cuda/pooling_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

PoolExtent extent_of(const Shape& images) {
  return {images[0], images[1] * images[2], images[3]};
}

}  // namespace

Tensor CudaBackend::global_avg_pool(const Tensor& x) {
  ref::expect_rank(x, "the images", 4);
  Tensor y = empty({x.dim(0), x.dim(3)}, wide_dtype(x.dtype()));
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_global_avg_pool<T>(stream(), extent_of(x.shape()), x.data<T>(), y.data<Compute<T>>());
  });
  return y;
}

Tensor CudaBackend::global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) {
  SY_REQUIRE(x_shape.size() == 4, ExitCode::run_failed, "images have shape {} (expected (N,H,W,C))",
             to_string(x_shape));
  ref::expect(dy, "the gradient of the mean", {x_shape[0], x_shape[3]}, wide_dtype(x_dtype));
  Tensor dx = empty(x_shape, x_dtype);
  dispatch_compute(x_dtype, [&]<class T>() {
    launch_global_avg_pool_grad<T>(stream(), extent_of(x_shape), dy.data<Compute<T>>(),
                                   dx.data<T>());
  });
  return dx;
}

}  // namespace switchyard
