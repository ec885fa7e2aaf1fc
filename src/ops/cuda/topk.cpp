#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/topk_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/matrix_check.hpp"

namespace switchyard {

Tensor CudaBackend::row_max(const Tensor& x) {
  ref::expect_row_entries(x);
  Tensor y = empty({x.dim(0), 1}, x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_row_max(x.data<T>(), y.data<T>(), x.dim(0), x.dim(1), stream());
  });
  return y;
}

Tensor CudaBackend::topk(const Tensor& x, int k) {
  ref::expect_topk(x, k);
  Tensor y = empty({x.dim(0), k}, DType::i32);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_topk(x.data<T>(), y.data<std::int32_t>(), x.dim(0), x.dim(1), k, stream());
  });
  return y;
}

Tensor CudaBackend::kth_other(const Tensor& x, int k) {
  ref::expect_kth_other(x, k);
  Tensor y = empty(x.shape(), DType::i32);
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_kth_other(x.data<T>(), y.data<std::int32_t>(), x.dim(0), x.dim(1), k, stream());
  });
  return y;
}

}  // namespace switchyard
