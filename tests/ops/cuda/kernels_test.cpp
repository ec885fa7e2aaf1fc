// Every kernel call of the shared table on a CUDA device, against the reference, in each precision.

#include <algorithm>

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/poisoned_device.hpp"
#include "ops/kernels/compare.hpp"
#include "ops/kernels/kernel_case.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard::test {
namespace {

constexpr double kDoubleTolerance = 1e-13;
/// Sums of products whose factors are rounded to 11 bits. What is exact in f32 stays so.
constexpr double kTf32Tolerance = 1e-3;

class CudaKernel : public testing::TestWithParam<KernelCase> {
 protected:
  static void SetUpTestSuite() { device_ = make_poisoned(open_cuda_device(0)); }
  static void TearDownTestSuite() { device_.reset(); }

  /// The case's inputs on the host, rounded to bf16 where asked for.
  Tensors inputs(DType dtype) {
    Tensors all;
    for (const Shape& shape : GetParam().inputs) all.push_back(noise(ref_, shape, 1 + all.size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool master = dtype == DType::bf16 && std::ranges::count(GetParam().bf16->masters, i);
      all[i] = ref_.convert(all[i], master ? DType::f32 : dtype);
    }
    return all;
  }

  /// As the reference can compute with them.
  Tensors widened(const Tensors& inputs) {
    Tensors all;
    for (const Tensor& x : inputs)
      all.push_back(x.dtype() == DType::bf16 ? ref_.convert(x, DType::f32) : x);
    return all;
  }

  Tensors run(Backend& backend, const Tensors& host_inputs) {
    Tensors in;
    for (const Tensor& x : host_inputs)
      in.push_back(backend.from_host(x.raw(), x.shape(), x.dtype()));
    Tensors out;
    for (const Tensor& y : GetParam().run(backend, in)) {
      out.push_back(ref_.empty(y.shape(), y.dtype()));
      backend.to_host(y, out.back().raw());
    }
    return out;
  }

  void expect_reference(Precision precision, double tolerance) {
    const Tensors in = inputs(compute_dtype(precision));
    const Tensors expected = GetParam().run(ref_, widened(in));
    CudaBackend cuda(*device_, {.precision = precision});
    const Tensors found = run(cuda, in), again = run(cuda, in);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].shape(), expected[i].shape()) << "result " << i;
      if (precision != Precision::bf16) {
        ASSERT_EQ(found[i].dtype(), expected[i].dtype()) << "result " << i;
      }
      EXPECT_LE(relative_error(values(ref_, found[i]), values(ref_, expected[i])), tolerance)
          << "result " << i;
      EXPECT_TRUE(same_bits(found[i], again[i])) << "result " << i << " does not repeat";
    }
  }

  static inline std::unique_ptr<CudaDevice> device_;
  RefBackend ref_;
};

class CudaKernelInBf16 : public CudaKernel {};

TEST_P(CudaKernel, MatchesTheReferenceInDouble) {
  expect_reference(Precision::f64, kDoubleTolerance);
}

TEST_P(CudaKernel, MatchesTheReferenceInFloat) {
  expect_reference(Precision::f32, GetParam().tolerance);
}

TEST_P(CudaKernel, MatchesTheReferenceInTf32) {
  const double tolerance = GetParam().tolerance;
  expect_reference(Precision::tf32, tolerance > 0 ? std::max(tolerance, kTf32Tolerance) : 0);
}

TEST_P(CudaKernelInBf16, MatchesTheReference) {
  expect_reference(Precision::bf16, GetParam().bf16->tolerance);
}

std::vector<KernelCase> cases_in_bf16() {
  std::vector<KernelCase> all = all_kernel_cases();
  std::erase_if(all, [](const KernelCase& each) { return !each.bf16; });
  return all;
}

std::string name_of(const testing::TestParamInfo<KernelCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, CudaKernel, testing::ValuesIn(all_kernel_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(All, CudaKernelInBf16, testing::ValuesIn(cases_in_bf16()), name_of);

}  // namespace
}  // namespace switchyard::test
