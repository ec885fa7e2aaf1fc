#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/dispatch.hpp"
#include "ops/cuda/topk_kernels.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

Tensor CudaBackend::row_max(const Tensor& x) {
  ref::expect_rank(x, "the matrix", 2);
  SY_REQUIRE(x.dim(1) > 0 || x.dim(0) == 0, ExitCode::run_failed,
             "a matrix of shape {} has no largest entries", to_string(x.shape()));
  Tensor y = empty({x.dim(0), 1}, x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_row_max(x.data<T>(), y.data<T>(), x.dim(0), x.dim(1), stream());
  });
  return y;
}

Tensor CudaBackend::topk(const Tensor& x, int k) {
  ref::expect_rank(x, "the matrix", 2);
  SY_REQUIRE(0 <= k && k <= x.dim(1), ExitCode::run_failed,
             "cannot choose the {} largest of {} columns", k, x.dim(1));
  Tensor y = empty({x.dim(0), k}, DType::i32);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_topk(x.data<T>(), y.data<std::int32_t>(), x.dim(0), x.dim(1), k, stream());
  });
  return y;
}

Tensor CudaBackend::kth_other(const Tensor& x, int k) {
  ref::expect_rank(x, "the matrix", 2);
  SY_REQUIRE(0 < k && k < x.dim(1), ExitCode::run_failed,
             "there is no {}-th largest of the other columns in a matrix of {} columns", k,
             x.dim(1));
  Tensor y = empty(x.shape(), DType::i32);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_kth_other(x.data<T>(), y.data<std::int32_t>(), x.dim(0), x.dim(1), k, stream());
  });
  return y;
}

}  // namespace switchyard
