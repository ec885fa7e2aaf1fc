#pragma once
// A matrix product prepared for cuBLASLt: its descriptors and the algorithm that serves it.

#include <cublasLt.h>

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>

#include "ops/kernel_types.hpp"

namespace switchyard {

/// Throws an Error with cuBLAS's own words unless `status` is success; `call` is its source.
void check_cublas(cublasStatus_t status, const char* call,
                  std::source_location place = std::source_location::current());

#define SY_CUBLAS(call) ::switchyard::check_cublas((call), #call)

template <auto destroy>
struct DestroyWith {
  template <class T>
  void operator()(T* handle) const {
    destroy(handle);
  }
};
using CublasHandle =
    std::unique_ptr<std::remove_pointer_t<cublasLtHandle_t>, DestroyWith<cublasLtDestroy>>;
using MatmulDescriptor =
    std::unique_ptr<cublasLtMatmulDescOpaque_t, DestroyWith<cublasLtMatmulDescDestroy>>;
using MatrixLayout =
    std::unique_ptr<cublasLtMatrixLayoutOpaque_t, DestroyWith<cublasLtMatrixLayoutDestroy>>;

/// What an algorithm is chosen for. c (m,n) = op(a) (m,k) op(b) (k,n), row-major and dense.
struct GemmProblem {
  std::int64_t m, n, k;
  Transpose ta, tb;
  DType factors, result;
  cublasComputeType_t compute;
  bool bias;
  bool relu;
  /// Powers of two, up to 256, that the addresses are multiples of.
  unsigned a_alignment, b_alignment, c_alignment, bias_alignment;
  auto operator<=>(const GemmProblem&) const = default;
};

/// A scalar as cuBLAS reads it: in the type that products of such factors are summed in.
class GemmScalar {
 public:
  GemmScalar(DType factors, double value)
      : in_double_(factors == DType::f64), f64_(value), f32_(static_cast<float>(value)) {}
  const void* get() const { return in_double_ ? static_cast<const void*>(&f64_) : &f32_; }

 private:
  bool in_double_;
  double f64_;
  float f32_;
};

/// Row-major matrices are the column-major transposes of themselves, so the descriptors are those
/// of c^T = op(b)^T op(a)^T: cuBLAS's first factor is b, its second a.
struct GemmPlan {
  MatmulDescriptor product;
  MatrixLayout a, b, c;
  cublasLtMatmulAlgo_t algorithm;
};

/// Nothing where cuBLAS has no algorithm for it within so much workspace. `bias` is an address like
/// those of later calls.
std::optional<GemmPlan> make_gemm_plan(cublasLtHandle_t handle, const GemmProblem& problem,
                                       const void* bias, std::size_t workspace_bytes);
/// The address of the bias in calls to come.
void set_bias(const MatmulDescriptor& product, const void* bias);

}  // namespace switchyard
