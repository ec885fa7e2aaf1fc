// Products of the backend: shapes are checked here, cuBLAS multiplies.

#include "ops/cuda/cublas_engine.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

Tensor CudaBackend::matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) {
  ref::expect_rank(a, "the left factor", 2);
  ref::expect_rank(b, "the right factor", 2);
  ref::expect(b, "the right factor", b.shape(), a.dtype());
  const bool a_turned = ta == Transpose::yes, b_turned = tb == Transpose::yes;
  SY_REQUIRE(a.dim(a_turned ? 0 : 1) == b.dim(b_turned ? 1 : 0), ExitCode::run_failed,
             "matmul: {}{} and {}{} share no inner dimension", to_string(a.shape()),
             a_turned ? " transposed" : "", to_string(b.shape()), b_turned ? " transposed" : "");
  Tensor c = empty({a.dim(a_turned ? 1 : 0), b.dim(b_turned ? 0 : 1)}, a.dtype());
  cublas_->gemm(a, ta, b, tb, c);
  return c;
}

Tensor CudaBackend::linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) {
  ref::expect_rank(x, "the input", 2);
  ref::expect_rank(w, "the weight", 2);
  ref::expect(w, "the weight", {w.dim(0), x.dim(1)}, x.dtype());
  if (bias) ref::expect(bias, "the bias", {w.dim(0)}, x.dtype());
  Tensor y = empty({x.dim(0), w.dim(0)}, x.dtype());
  cublas_->gemm(x, Transpose::no, w, Transpose::yes, y, {.bias = bias, .act = act});
  return y;
}

}  // namespace switchyard
