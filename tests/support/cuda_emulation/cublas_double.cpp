// cuBLASLt, as far as products of matrices go: one algorithm, in plain loops. It does what it was
// asked to and no more: it fails on addresses less aligned than was promised, and like the library
// it has no bias or ReLU for double.

#include <cublasLt.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "cuda_emulation/number_formats.hpp"
#include "cuda_emulation/stream.hpp"

namespace ce = cuda_emulation;

struct cublasLtContext {};

namespace {

constexpr std::size_t kWorkspaceBytes = 1 << 20;
constexpr std::uint32_t kChosenMark = 0xA160;  // tells an algorithm from uninitialised memory

struct Product : cublasLtMatmulDescOpaque_t {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t transa = CUBLAS_OP_N, transb = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const std::byte* bias = nullptr;

  bool has_bias() const { return (epilogue & CUBLASLT_EPILOGUE_BIAS) != 0; }
  bool has_relu() const { return (epilogue & CUBLASLT_EPILOGUE_RELU) != 0; }
};

/// Column-major.
struct Layout : cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type;
  std::int64_t rows, columns, stride;
};

struct Preference : cublasLtMatmulPreferenceOpaque_t {
  std::uint64_t workspace = 0;
  std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_MASK;
  std::uint32_t alignment[4] = {256, 256, 256, 256};  // of A, B, C, D
};

/// What the opaque algorithm remembers.
struct Algorithm {
  std::int64_t m, n, k;
  std::uint32_t alignment[4];
  std::uint32_t bias_alignment;
  std::uint32_t mark;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

const Product& product_of(cublasLtMatmulDesc_t handle) {
  return *static_cast<Product*>(handle);
}
const Layout& layout_of(cublasLtMatrixLayout_t handle) {
  return *static_cast<Layout*>(handle);
}

template <class T>
cublasStatus_t set(T& into, const void* value, std::size_t bytes) {
  if (bytes != sizeof into) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&into, value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

std::uint32_t alignment_of(const void* address) {
  return 1U << std::min(8, std::countr_zero(reinterpret_cast<std::uintptr_t>(address)));
}

/// op(matrix) as rows of doubles.
std::vector<double> read(const Layout& layout, cublasOperation_t op, const std::byte* matrix,
                         bool tf32) {
  const bool turned = op == CUBLAS_OP_T;
  const std::int64_t rows = turned ? layout.columns : layout.rows;
  const std::int64_t columns = turned ? layout.rows : layout.columns;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(rows * columns));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      const std::int64_t at = turned ? c + r * layout.stride : r + c * layout.stride;
      const double value =
          ce::load(matrix + at * static_cast<std::int64_t>(ce::size_of(layout.type)), layout.type);
      values.push_back(tf32 ? ce::round_to_tf32(value) : value);
    }
  return values;
}

struct Call {
  Product product;
  Layout a, b, d;
  const std::byte *a_data, *b_data;
  std::byte* d_data;
  double alpha, beta;
  std::int64_t k;
};

/// Row `i` of alpha op(A) op(B).
std::vector<double> product_row(const Call& call, const std::vector<double>& a,
                                const std::vector<double>& b, std::int64_t i) {
  std::vector<double> sums(static_cast<std::size_t>(call.d.columns));
  for (std::int64_t l = 0; l < call.k; ++l) {
    const double factor = call.alpha * a[static_cast<std::size_t>(i * call.k + l)];
    const double* row = b.data() + l * call.d.columns;
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += factor * row[j];
  }
  return sums;
}

void multiply(const Call& call) {
  const bool tf32 = call.product.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  const auto a = read(call.a, call.product.transa, call.a_data, tf32);
  const auto b = read(call.b, call.product.transb, call.b_data, tf32);
  const cudaDataType_t type = call.d.type;
  const auto bytes = static_cast<std::int64_t>(ce::size_of(type));
  for (std::int64_t i = 0; i < call.d.rows; ++i) {
    const std::vector<double> sums = product_row(call, a, b, i);
    const double bias =
        call.product.has_bias() ? ce::load(call.product.bias + i * bytes, type) : 0.0;
    for (std::int64_t j = 0; j < call.d.columns; ++j) {
      std::byte* target = call.d_data + (i + j * call.d.stride) * bytes;
      double value = sums[static_cast<std::size_t>(j)] + bias;
      if (call.beta != 0.0) value += call.beta * ce::load(target, type);
      if (call.product.has_relu()) value = std::max(value, 0.0);
      ce::store(target, type, value);
    }
  }
}

double scalar(const void* value, cudaDataType_t type) {
  return ce::load(static_cast<const std::byte*>(value), type);
}

bool supported(const Product& product, const Layout& a, const Layout& b, const Layout& d) {
  if (a.type != b.type) return false;
  if (a.type == CUDA_R_64F)
    return d.type == CUDA_R_64F && product.compute == CUBLAS_COMPUTE_64F &&
           product.scale == CUDA_R_64F && product.epilogue == CUBLASLT_EPILOGUE_DEFAULT;
  const bool tf32 = product.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  if (product.scale != CUDA_R_32F || (product.compute != CUBLAS_COMPUTE_32F && !tf32)) return false;
  if (a.type == CUDA_R_32F) return d.type == CUDA_R_32F;
  return a.type == CUDA_R_16BF && !tf32 && (d.type == CUDA_R_16BF || d.type == CUDA_R_32F);
}

bool fit(const Product& product, const Layout& a, const Layout& b, const Layout& d) {
  const bool a_turned = product.transa == CUBLAS_OP_T, b_turned = product.transb == CUBLAS_OP_T;
  return (a_turned ? a.columns : a.rows) == d.rows &&
         (a_turned ? a.rows : a.columns) == (b_turned ? b.columns : b.rows) &&
         (b_turned ? b.rows : b.columns) == d.columns;
}

}  // namespace

extern "C" {

const char* cublasLtGetStatusName(cublasStatus_t status) {
  return status == CUBLAS_STATUS_INVALID_VALUE ? "CUBLAS_STATUS_INVALID_VALUE"
                                               : "CUBLAS_STATUS_NOT_SUPPORTED";
}
const char* cublasLtGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_INVALID_VALUE ? "an unsupported value or parameter was passed"
                                               : "the functionality requested is not supported";
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new cublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* made, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  auto* product = new Product;
  product->compute = compute;
  product->scale = scale;
  *made = product;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t handle) {
  delete static_cast<Product*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t handle,
                                              cublasLtMatmulDescAttributes_t name,
                                              const void* value, std::size_t bytes) {
  auto& product = *static_cast<Product*>(handle);
  switch (name) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return set(product.transa, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return set(product.transb, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return set(product.epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return set(product.bias, value, bytes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* made, cudaDataType_t type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t stride) {
  if (stride < static_cast<std::int64_t>(rows)) return CUBLAS_STATUS_INVALID_VALUE;
  auto* layout = new Layout;
  layout->type = type;
  layout->rows = static_cast<std::int64_t>(rows);
  layout->columns = static_cast<std::int64_t>(columns);
  layout->stride = stride;
  *made = layout;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t handle) {
  delete static_cast<Layout*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* made) {
  *made = new Preference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t handle) {
  delete static_cast<Preference*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t handle,
                                                    cublasLtMatmulPreferenceAttributes_t name,
                                                    const void* value, std::size_t bytes) {
  auto& preference = *static_cast<Preference*>(handle);
  switch (name) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return set(preference.workspace, value, bytes);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return set(preference.reductions, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return set(preference.alignment[0], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return set(preference.alignment[1], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return set(preference.alignment[2], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return set(preference.alignment[3], value, bytes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t, cublasLtMatmulDesc_t product_handle, cublasLtMatrixLayout_t a_handle,
    cublasLtMatrixLayout_t b_handle, cublasLtMatrixLayout_t c_handle,
    cublasLtMatrixLayout_t d_handle, cublasLtMatmulPreference_t preference_handle, int wanted,
    cublasLtMatmulHeuristicResult_t results[], int* found) {
  const Product& product = product_of(product_handle);
  const Layout &a = layout_of(a_handle), &b = layout_of(b_handle), &d = layout_of(d_handle);
  const auto& preference = *static_cast<Preference*>(preference_handle);
  *found = 0;
  if (wanted < 1 || layout_of(c_handle).type != d.type || !fit(product, a, b, d))
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!supported(product, a, b, d)) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (preference.workspace < kWorkspaceBytes) return CUBLAS_STATUS_NOT_SUPPORTED;
  Algorithm algorithm{d.rows,
                      d.columns,
                      product.transa == CUBLAS_OP_T ? a.rows : a.columns,
                      {},
                      product.has_bias() ? alignment_of(product.bias) : 1,
                      kChosenMark};
  std::ranges::copy(preference.alignment, algorithm.alignment);
  results[0] = {};
  std::memcpy(&results[0].algo, &algorithm, sizeof algorithm);
  results[0].workspaceSize = kWorkspaceBytes;
  results[0].state = CUBLAS_STATUS_SUCCESS;
  *found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t product_handle,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_handle,
                              const void* b, cublasLtMatrixLayout_t b_handle, const void* beta,
                              const void* c, cublasLtMatrixLayout_t, void* d,
                              cublasLtMatrixLayout_t d_handle, const cublasLtMatmulAlgo_t* algo,
                              void* workspace, std::size_t workspace_bytes, cudaStream_t stream) {
  const Product& product = product_of(product_handle);
  const Layout& d_layout = layout_of(d_handle);
  Algorithm algorithm;
  std::memcpy(&algorithm, algo, sizeof algorithm);
  if (algorithm.mark != kChosenMark || algorithm.m != d_layout.rows ||
      algorithm.n != d_layout.columns || c != d || !workspace || workspace_bytes < kWorkspaceBytes)
    return CUBLAS_STATUS_INVALID_VALUE;
  const void* addresses[] = {a, b, c, d};
  for (int i = 0; i < 4; ++i)
    if (alignment_of(addresses[i]) < algorithm.alignment[i]) return CUBLAS_STATUS_INVALID_VALUE;
  if (product.has_bias() && alignment_of(product.bias) < algorithm.bias_alignment)
    return CUBLAS_STATUS_INVALID_VALUE;
  ce::enqueue(stream,
              [call = Call{product, layout_of(a_handle), layout_of(b_handle), d_layout,
                           static_cast<const std::byte*>(a), static_cast<const std::byte*>(b),
                           static_cast<std::byte*>(d), scalar(alpha, product.scale),
                           scalar(beta, product.scale), algorithm.k}] { multiply(call); });
  return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"
