// Products through cuBLASLt where the shared table of kernels does not look: what is done to a
// product before it is stored, mixed types, addresses of any alignment, recording.

#include "ops/cuda/cublas_engine.hpp"

#include <gtest/gtest.h>

#include "ops/cuda/device_tensors.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr auto kNo = Transpose::no, kYes = Transpose::yes;

double tolerance_of(DType dtype) {
  return dtype == DType::f64 ? 1e-13 : dtype == DType::f32 ? 1e-6 : 5e-3;
}

class CublasEngineTest : public ::testing::Test {
 protected:
  /// Numbers that `dtype` holds exactly, in double on the host.
  Tensor numbers(const Shape& shape, std::uint64_t key, DType dtype) {
    return rounded(noise(ref_, shape, key), dtype);
  }
  Tensor upload(const Tensor& host, DType dtype) {
    return to_device(*device_, ref_.convert(host, dtype));
  }
  Tensor on_device(const Shape& shape, DType dtype) {
    return Tensor(device_->allocator(), shape, dtype);
  }
  Tensor download(const Tensor& x) { return to_host(*device_, x); }

  std::unique_ptr<CudaDevice> device_ = open_cuda_device(0);
  CublasEngine engine_{*device_, Precision::f32};
  RefBackend ref_;
};

class CublasEngineTypes : public CublasEngineTest, public ::testing::WithParamInterface<DType> {};

TEST_P(CublasEngineTypes, AddsBiasAndTakesTheReluInTheSameCall) {
  const DType dtype = GetParam();
  const Tensor a = numbers({9, 33}, 1, dtype), b = numbers({10, 33}, 2, dtype);
  const Tensor bias = numbers({10}, 3, dtype);
  const Tensor sum = ref_.linear(a, b, bias, Activation::none);
  for (const Activation act : {Activation::none, Activation::relu}) {
    Tensor c = on_device({9, 10}, dtype);
    engine_.gemm(upload(a, dtype), kNo, upload(b, dtype), kYes, c,
                 {.bias = upload(bias, dtype), .act = act});
    const Tensor expected = act == Activation::relu ? ref_.relu(sum) : sum;
    EXPECT_LE(relative_error(download(c), expected), tolerance_of(dtype));
  }
}

TEST_P(CublasEngineTypes, TakesTheReluWithoutABias) {
  const DType dtype = GetParam();
  const Tensor a = numbers({5, 8}, 1, dtype), b = numbers({8, 6}, 2, dtype);
  Tensor c = on_device({5, 6}, dtype);
  engine_.gemm(upload(a, dtype), kNo, upload(b, dtype), kNo, c, {.act = Activation::relu});
  EXPECT_LE(relative_error(download(c), ref_.relu(ref_.matmul(a, kNo, b, kNo))),
            tolerance_of(dtype));
}

TEST_P(CublasEngineTypes, AddsToWhatIsThere) {
  const DType dtype = GetParam();
  const Tensor a = numbers({7, 5}, 1, dtype), b = numbers({7, 3}, 2, dtype);
  const Tensor before = numbers({5, 3}, 3, dtype);
  Tensor c = upload(before, dtype);
  engine_.gemm(upload(a, dtype), kYes, upload(b, dtype), kNo, c, {.accumulate = true});
  const Tensor expected = ref_.binary(BinaryOp::add, before, ref_.matmul(a, kYes, b, kNo));
  EXPECT_LE(relative_error(download(c), expected), tolerance_of(dtype));
}

TEST_P(CublasEngineTypes, AnEmptySumIsTheBias) {
  const DType dtype = GetParam();
  const Tensor bias = ref_.from_host(std::vector{-1.0, 0.5}.data(), {2}, DType::f64);
  Tensor c = on_device({3, 2}, dtype), kept = upload(ref_.full({3, 2}, DType::f64, 4.0), dtype);
  const Tensor a = on_device({3, 0}, dtype), b = on_device({2, 0}, dtype);
  engine_.gemm(a, kNo, b, kYes, c, {.bias = upload(bias, dtype)});
  expect_values(ref_, download(c), {3, 2}, {-1, 0.5, -1, 0.5, -1, 0.5});
  engine_.gemm(a, kNo, b, kYes, c, {.bias = upload(bias, dtype), .act = Activation::relu});
  expect_values(ref_, download(c), {3, 2}, {0, 0.5, 0, 0.5, 0, 0.5});
  engine_.gemm(a, kNo, b, kYes, c);
  expect_values(ref_, download(c), {3, 2}, {0, 0, 0, 0, 0, 0});
  engine_.gemm(a, kNo, b, kYes, kept, {.accumulate = true});
  expect_values(ref_, download(kept), {3, 2}, {4, 4, 4, 4, 4, 4});
}

TEST_P(CublasEngineTypes, TakesRowsAtAnyAddress) {
  const DType dtype = GetParam();
  const Tensor a = numbers({6, 3}, 1, dtype), b = numbers({3, 5}, 2, dtype);
  const Tensor bias = numbers({1, 6}, 3, dtype);
  const Tensor whole = upload(a, dtype), right = upload(b, dtype), row = upload(bias, dtype);
  for (const std::int64_t first : {0, 1, 3}) {
    Tensor c = on_device({6, 5}, dtype), part = c.rows(first, 6);
    engine_.gemm(whole.rows(first, 6), kNo, right, kNo, part,
                 {.bias = row.reshape({6}).rows(1, 6)});
    const Tensor expected = ref_.binary(BinaryOp::add, ref_.matmul(a.rows(first, 6), kNo, b, kNo),
                                        bias.reshape({6}).rows(1, 6));
    EXPECT_LE(relative_error(download(part), expected), tolerance_of(dtype)) << first;
  }
}

TEST_P(CublasEngineTypes, AProductIsRecordedAndRunsOnTheDaysValues) {
  const DType dtype = GetParam();
  const Tensor a = numbers({4, 6}, 1, dtype), b = numbers({5, 6}, 2, dtype);
  const Tensor other = numbers({4, 6}, 3, dtype), bias = numbers({5}, 4, dtype);
  Tensor left = upload(a, dtype), c = on_device({4, 5}, dtype);
  const Tensor right = upload(b, dtype), added = upload(bias, dtype);
  const auto work = [&] { engine_.gemm(left, kNo, right, kYes, c, {.bias = added}); };
  work();
  const auto program = device_->capture(work);
  const Tensor changed = ref_.convert(other, dtype);
  device_->upload(changed.raw(), left.raw(), changed.bytes());
  program->run();
  EXPECT_LE(relative_error(download(c), ref_.linear(other, b, bias, Activation::none)),
            tolerance_of(dtype));
}

std::string name_of(const ::testing::TestParamInfo<DType>& info) {
  return std::string(to_string(info.param));
}
INSTANTIATE_TEST_SUITE_P(All, CublasEngineTypes,
                         ::testing::Values(DType::f32, DType::f64, DType::bf16), name_of);

TEST_F(CublasEngineTest, SumsShortFactorsIntoAFloat) {
  const Tensor a = numbers({5, 64}, 1, DType::bf16), b = numbers({64, 3}, 2, DType::bf16);
  Tensor c = on_device({5, 3}, DType::f32);
  engine_.gemm(upload(a, DType::bf16), kNo, upload(b, DType::bf16), kNo, c);
  EXPECT_LE(relative_error(download(c), ref_.matmul(a, kNo, b, kNo)), 1e-6);
}

TEST_F(CublasEngineTest, ShortensFloatsForTf32Alone) {
  const Tensor a = numbers({32, 64}, 1, DType::f32), b = numbers({64, 32}, 2, DType::f32);
  const Tensor expected = ref_.matmul(a, kNo, b, kNo);
  CublasEngine tf32(*device_, Precision::tf32), bf16(*device_, Precision::bf16);
  const auto error = [&](CublasEngine& engine) {
    Tensor c = on_device({32, 32}, DType::f32);
    engine.gemm(upload(a, DType::f32), kNo, upload(b, DType::f32), kNo, c);
    return relative_error(download(c), expected);
  };
  EXPECT_LE(error(engine_), 1e-6);
  EXPECT_LE(error(bf16), 1e-6);
  EXPECT_LE(error(tf32), 1e-3);
}

TEST_F(CublasEngineTest, RefusesNumbersThatAreNotFloatingPoint) {
  const Tensor a = on_device({2, 2}, DType::i32), b = on_device({2, 2}, DType::i32);
  Tensor c = on_device({2, 2}, DType::i32);
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { engine_.gemm(a, kNo, b, kNo, c); }),
                       "matrices are multiplied in f32, f64 or bf16 (found i32)"));
}

}  // namespace
}  // namespace switchyard::test
