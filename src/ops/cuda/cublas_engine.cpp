#include "ops/cuda/cublas_engine.hpp"

#include <algorithm>
#include <map>

#include "device/cuda/check.hpp"
#include "ops/cuda/cublas_plan.hpp"
#include "ops/cuda/epilogue.hpp"

namespace switchyard {
namespace {

/// What NVIDIA advises for Hopper; the products of a stream use it one after the other.
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

CublasHandle make_handle() {
  cublasLtHandle_t handle = nullptr;
  SY_CUBLAS(cublasLtCreate(&handle));
  return CublasHandle(handle);
}

unsigned alignment_of(const Tensor& x) {
  const auto address = x ? reinterpret_cast<std::uintptr_t>(x.raw()) : 0;
  return address == 0 ? 256
                      : static_cast<unsigned>(std::min<std::uintptr_t>(256, address & -address));
}

cublasComputeType_t compute_type(DType factors, Precision precision) {
  if (factors == DType::f64) return CUBLAS_COMPUTE_64F;
  const bool tf32 = factors == DType::f32 && precision == Precision::tf32;
  return tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

const std::byte* address_of(const Tensor& x) {
  return x ? x.raw() : nullptr;
}

}  // namespace

class CublasEngine::Impl {
 public:
  Impl(CudaDevice& device, Precision precision)
      : device_(device),
        precision_(precision),
        handle_(make_handle()),
        workspace_(device.allocator().allocate(kWorkspaceBytes)) {}

  void gemm(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb, Tensor& c,
            const GemmEpilogue& epilogue) {
    const std::int64_t k = a.dim(ta == Transpose::yes ? 0 : 1);
    SY_ASSERT(k == b.dim(tb == Transpose::yes ? 1 : 0) && a.dtype() == b.dtype());
    SY_ASSERT(!epilogue.accumulate || (epilogue.act == Activation::none && !epilogue.bias));
    if (c.numel() == 0 || (k == 0 && epilogue.accumulate)) return;
    if (k == 0) {
      SY_CUDA(cudaMemsetAsync(c.raw(), 0, c.bytes(), device_.stream()));
      return finish(epilogue, c);
    }
    const Entry& entry = find(
        {c.dim(0), c.dim(1), k, ta, tb, a.dtype(), c.dtype(), compute_type(a.dtype(), precision_),
         epilogue.bias.defined(), epilogue.act == Activation::relu, alignment_of(a),
         alignment_of(b), alignment_of(c), alignment_of(epilogue.bias)},
        epilogue.bias);
    if (entry.fused && epilogue.bias) set_bias(entry.plan.product, epilogue.bias.raw());
    multiply(entry.plan, a, b, c, epilogue.accumulate);
    if (!entry.fused) finish(epilogue, c);
  }

 private:
  struct Entry {
    GemmPlan plan;
    bool fused;  ///< bias and activation are part of the plan
  };

  const Entry& find(const GemmProblem& problem, const Tensor& bias) {
    const auto known = plans_.find(problem);
    if (known != plans_.end()) return known->second;
    return plans_.emplace(problem, make(problem, bias)).first->second;
  }

  Entry make(const GemmProblem& problem, const Tensor& bias) {
    auto fused = make_gemm_plan(handle_.get(), problem, address_of(bias), kWorkspaceBytes);
    if (fused) return {std::move(*fused), true};
    GemmProblem plain = problem;
    plain.bias = plain.relu = false;
    auto plan = make_gemm_plan(handle_.get(), plain, nullptr, kWorkspaceBytes);
    SY_REQUIRE(plan, ExitCode::run_failed,
               "cuBLAS has no algorithm for the product ({}, {}) x ({}, {}) of {}; use another "
               "precision or batch size",
               problem.m, problem.k, problem.k, problem.n, to_string(problem.factors));
    return {std::move(*plan), false};
  }

  void multiply(const GemmPlan& plan, const Tensor& a, const Tensor& b, Tensor& c,
                bool accumulate) {
    const GemmScalar one(a.dtype(), 1.0), keep(a.dtype(), accumulate ? 1.0 : 0.0);
    SY_CUBLAS(cublasLtMatmul(handle_.get(), plan.product.get(), one.get(), b.raw(), plan.b.get(),
                             a.raw(), plan.a.get(), keep.get(), c.raw(), plan.c.get(), c.raw(),
                             plan.c.get(), &plan.algorithm, workspace_.get(), kWorkspaceBytes,
                             device_.stream()));
  }

  void finish(const GemmEpilogue& epilogue, Tensor& c) {
    apply_epilogue(c, {}, epilogue.bias, epilogue.act, device_.stream());
  }

  CudaDevice& device_;
  Precision precision_;
  CublasHandle handle_;
  Block workspace_;
  std::map<GemmProblem, Entry> plans_;
};

CublasEngine::CublasEngine(CudaDevice& device, Precision precision)
    : impl_(std::make_unique<Impl>(device, precision)) {}

CublasEngine::~CublasEngine() = default;

void CublasEngine::gemm(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb, Tensor& c,
                        const GemmEpilogue& epilogue) {
  impl_->gemm(a, ta, b, tb, c, epilogue);
}

}  // namespace switchyard
