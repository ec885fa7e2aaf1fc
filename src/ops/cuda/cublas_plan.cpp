#include "ops/cuda/cublas_plan.hpp"

#include "base/error.hpp"

namespace switchyard {
namespace {

using Preference =
    std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, DestroyWith<cublasLtMatmulPreferenceDestroy>>;

cudaDataType_t cuda_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return CUDA_R_32F;
    case DType::f64:
      return CUDA_R_64F;
    case DType::bf16:
      return CUDA_R_16BF;
    default:
      fail(ExitCode::run_failed,
           fmt::format("matrices are multiplied in f32, f64 or bf16 (found {})", to_string(dtype)));
  }
}

template <class T>
void set(const MatmulDescriptor& product, cublasLtMatmulDescAttributes_t name, T value) {
  SY_CUBLAS(cublasLtMatmulDescSetAttribute(product.get(), name, &value, sizeof value));
}

template <class T>
void set(const Preference& preference, cublasLtMatmulPreferenceAttributes_t name, T value) {
  SY_CUBLAS(cublasLtMatmulPreferenceSetAttribute(preference.get(), name, &value, sizeof value));
}

cublasOperation_t operation(Transpose transpose) {
  return transpose == Transpose::yes ? CUBLAS_OP_T : CUBLAS_OP_N;
}

cublasLtEpilogue_t epilogue(const GemmProblem& problem) {
  if (problem.bias) return problem.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
  return problem.relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT;
}

MatmulDescriptor describe_product(const GemmProblem& problem, const void* bias) {
  cublasLtMatmulDesc_t made = nullptr;
  SY_CUBLAS(cublasLtMatmulDescCreate(&made, problem.compute,
                                     problem.factors == DType::f64 ? CUDA_R_64F : CUDA_R_32F));
  MatmulDescriptor product(made);
  set(product, CUBLASLT_MATMUL_DESC_TRANSA, operation(problem.tb));
  set(product, CUBLASLT_MATMUL_DESC_TRANSB, operation(problem.ta));
  set(product, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(problem));
  if (problem.bias) set_bias(product, bias);
  return product;
}

/// Of a row-major (rows, columns) matrix, as the column-major (columns, rows) one it is.
MatrixLayout describe_matrix(DType dtype, std::int64_t rows, std::int64_t columns) {
  cublasLtMatrixLayout_t made = nullptr;
  SY_CUBLAS(cublasLtMatrixLayoutCreate(&made, cuda_type(dtype), static_cast<std::uint64_t>(columns),
                                       static_cast<std::uint64_t>(rows), columns));
  return MatrixLayout(made);
}

Preference prefer(const GemmProblem& problem, std::size_t workspace_bytes) {
  cublasLtMatmulPreference_t made = nullptr;
  SY_CUBLAS(cublasLtMatmulPreferenceCreate(&made));
  Preference preference(made);
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{workspace_bytes});
  // Partial sums of a split product are not rounded to the result's type.
  set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
      std::uint32_t{CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE});
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, problem.b_alignment);
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, problem.a_alignment);
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, problem.c_alignment);
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, problem.c_alignment);
  return preference;
}

}  // namespace

void check_cublas(cublasStatus_t status, const char* call, std::source_location place) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  fail(ExitCode::run_failed,
       fmt::format("cuBLAS reports \"{}\" ({}); is the library the one for this driver and GPU?",
                   cublasLtGetStatusString(status), cublasLtGetStatusName(status)),
       call, place);
}

void set_bias(const MatmulDescriptor& product, const void* bias) {
  set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
}

std::optional<GemmPlan> make_gemm_plan(cublasLtHandle_t handle, const GemmProblem& problem,
                                       const void* bias, std::size_t workspace_bytes) {
  const auto [m, n, k] = std::tuple(problem.m, problem.n, problem.k);
  const bool a_turned = problem.ta == Transpose::yes, b_turned = problem.tb == Transpose::yes;
  GemmPlan plan{describe_product(problem, bias),
                describe_matrix(problem.factors, a_turned ? k : m, a_turned ? m : k),
                describe_matrix(problem.factors, b_turned ? n : k, b_turned ? k : n),
                describe_matrix(problem.result, m, n),
                {}};
  const Preference preference = prefer(problem, workspace_bytes);
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      handle, plan.product.get(), plan.b.get(), plan.a.get(), plan.c.get(), plan.c.get(),
      preference.get(), 1, &best, &found);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE) return {};
  check_cublas(status, "cublasLtMatmulAlgoGetHeuristic");
  if (found == 0 || best.state != CUBLAS_STATUS_SUCCESS) return {};
  plan.algorithm = best.algo;
  return plan;
}

}  // namespace switchyard
