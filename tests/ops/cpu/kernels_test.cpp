#include <malloc.h>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/kernels/compare.hpp"
#include "ops/kernels/kernel_case.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard::test {
namespace {

constexpr double kDoubleTolerance = 1e-13;

class CpuKernel : public testing::TestWithParam<KernelCase> {
 protected:
  /// Fresh memory holds 3e38 in either type: a kernel that reads what it did not write shows. A
  /// new backend has no old blocks.
  static void SetUpTestSuite() { mallopt(M_PERTURB, 0x80); }
  static void TearDownTestSuite() { mallopt(M_PERTURB, 0); }

  Tensors make_inputs(DType dtype) {
    Tensors inputs;
    for (const Shape& shape : GetParam().inputs)
      inputs.push_back(noise(ref_, shape, 1 + inputs.size(), dtype));
    return inputs;
  }

  void expect_reference(DType dtype, double tolerance) {
    const Tensors inputs = make_inputs(dtype);
    const Tensors expected = GetParam().run(ref_, inputs);
    CpuBackend cpu;
    const Tensors found = GetParam().run(cpu, inputs), again = GetParam().run(cpu, inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].shape(), expected[i].shape()) << "result " << i;
      ASSERT_EQ(found[i].dtype(), expected[i].dtype()) << "result " << i;
      EXPECT_LE(relative_error(values(ref_, found[i]), values(ref_, expected[i])), tolerance)
          << "result " << i;
      EXPECT_TRUE(same_bits(found[i], again[i])) << "result " << i << " does not repeat";
    }
  }

  RefBackend ref_;
};

TEST_P(CpuKernel, MatchesTheReferenceInFloat) {
  expect_reference(DType::f32, GetParam().tolerance);
}

TEST_P(CpuKernel, MatchesTheReferenceInDouble) {
  expect_reference(DType::f64, kDoubleTolerance);
}

INSTANTIATE_TEST_SUITE_P(All, CpuKernel, testing::ValuesIn(all_kernel_cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace switchyard::test
