#include <cblas.h>

#include <algorithm>
#include <limits>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/elementwise.hpp"
#include "ops/cpu/gemm.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

int blas_int(std::int64_t value) {
  SY_REQUIRE(value <= std::numeric_limits<int>::max(), ExitCode::run_failed,
             "a matrix dimension of {} is too long for BLAS; use smaller batches", value);
  return static_cast<int>(value);
}

CBLAS_TRANSPOSE blas_transpose(Transpose t) {
  return t == Transpose::yes ? CblasTrans : CblasNoTrans;
}

}  // namespace

template <class T>
void gemm(const GemmSizes& sizes, const T* a, Transpose ta, const T* b, Transpose tb, T beta,
          T* c) {
  const int m = blas_int(sizes.m), n = blas_int(sizes.n), k = blas_int(sizes.k);
  if (m == 0 || n == 0) return;
  if (k == 0) {
    if (beta == T{0}) std::fill_n(c, sizes.m * sizes.n, T{0});
    return;
  }
  const int lda = ta == Transpose::yes ? m : k, ldb = tb == Transpose::yes ? k : n;
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, blas_transpose(ta), blas_transpose(tb), m, n, k, 1.0F, a, lda, b,
                ldb, beta, c, n);
  else
    cblas_dgemm(CblasRowMajor, blas_transpose(ta), blas_transpose(tb), m, n, k, 1.0, a, lda, b, ldb,
                beta, c, n);
}

template void gemm(const GemmSizes&, const float*, Transpose, const float*, Transpose, float,
                   float*);
template void gemm(const GemmSizes&, const double*, Transpose, const double*, Transpose, double,
                   double*);

Tensor CpuBackend::matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) {
  ref::expect_rank(a, "the left factor", 2);
  ref::expect_rank(b, "the right factor", 2);
  ref::expect(b, "the right factor", b.shape(), a.dtype());
  const bool a_turned = ta == Transpose::yes, b_turned = tb == Transpose::yes;
  const GemmSizes sizes{a.dim(a_turned ? 1 : 0), b.dim(b_turned ? 0 : 1), a.dim(a_turned ? 0 : 1)};
  SY_REQUIRE(b.dim(b_turned ? 1 : 0) == sizes.k, ExitCode::run_failed,
             "matmul: {}{} and {}{} share no inner dimension", to_string(a.shape()),
             a_turned ? " transposed" : "", to_string(b.shape()), b_turned ? " transposed" : "");
  Tensor c = empty({sizes.m, sizes.n}, a.dtype());
  dispatch_float(a.dtype(), [&]<class T>() {
    gemm<T>(sizes, a.data<T>(), ta, b.data<T>(), tb, T{0}, c.data<T>());
  });
  return c;
}

Tensor CpuBackend::linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) {
  if (!bias) {
    const Tensor y = matmul(x, Transpose::no, w, Transpose::yes);
    return act == Activation::relu ? relu(y) : y;
  }
  ref::expect_rank(x, "the input", 2);
  ref::expect_rank(w, "the weight", 2);
  ref::expect(w, "the weight", {w.dim(0), x.dim(1)}, x.dtype());
  ref::expect(bias, "the bias", {w.dim(0)}, x.dtype());
  const GemmSizes sizes{x.dim(0), w.dim(0), x.dim(1)};
  Tensor y = empty({sizes.m, sizes.n}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < sizes.m; ++r)
      std::copy_n(bias.data<T>(), sizes.n, y.data<T>() + r * sizes.n);
    gemm<T>(sizes, x.data<T>(), Transpose::no, w.data<T>(), Transpose::yes, T{1}, y.data<T>());
    if (act == Activation::relu) std::ranges::transform(y.span<T>(), y.data<T>(), rectify<T>);
  });
  return y;
}

}  // namespace switchyard
