// Convolutions through cuDNN: which engines are taken, what they compute, what is done where there
// is none.

#include <gtest/gtest.h>

#include <array>

#include "ops/cuda/conv_engine_fixture.hpp"
#include "ops/cuda/conv_plan.hpp"
#include "ops/cuda/im2col.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

TEST(EngineRules, RepeatabilityIsGivenUpOnRequestAlone) {
  const std::array notes{CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC};
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16}) {
    EXPECT_FALSE(may_use(notes, dtype, {}));
    EXPECT_TRUE(may_use(notes, dtype, {.nondeterministic = true}));
  }
}

TEST(EngineRules, TensorCoresShortenFloatsAlone) {
  const std::array notes{CUDNN_NUMERICAL_NOTE_TENSOR_CORE};
  EXPECT_FALSE(may_use(notes, DType::f32, {}));
  EXPECT_TRUE(may_use(notes, DType::f32, {.tf32 = true}));
  EXPECT_TRUE(may_use(notes, DType::bf16, {}));
  EXPECT_TRUE(may_use(notes, DType::f64, {}));
}

TEST(EngineRules, LongTypesKeepTheirDigits) {
  for (const auto note :
       {CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
        CUDNN_NUMERICAL_NOTE_FFT, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4}) {
    const std::array notes{CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP, note};
    EXPECT_FALSE(may_use(notes, DType::f32, {.tf32 = true})) << note;
    EXPECT_FALSE(may_use(notes, DType::f64, {})) << note;
    EXPECT_TRUE(may_use(notes, DType::bf16, {})) << note;
  }
  EXPECT_TRUE(may_use({}, DType::f32, {}));
  EXPECT_TRUE(may_use(std::array{CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP}, DType::f32, {}));
}

TEST(ChooseFastest, TakesTheFirstThatIsHardlySlower) {
  EXPECT_EQ(choose_fastest(std::array{3.0F}), 0U);
  EXPECT_EQ(choose_fastest(std::array{1.0F, 0.95F, 2.0F}), 0U);
  EXPECT_EQ(choose_fastest(std::array{2.0F, 1.05F, 1.0F}), 1U);
  EXPECT_EQ(choose_fastest(std::array{2.0F, 1.5F, 1.0F}), 2U);
}

TEST(ConvOperationName, SaysWhatIsComputed) {
  EXPECT_EQ(to_string(ConvOperation{ConvKind::grad_weight, DType::bf16, kProblem}),
            "conv2d_grad_weight (2, 8, 6, 32) * (16, 3, 3, 32) stride 2 padding 1 bf16");
  EXPECT_EQ(
      to_string(ConvOperation{ConvKind::forward,
                              DType::f32,
                              kProblem,
                              {.fused = true, .residual = true, .relu = true}}),
      "conv2d with residual, f32 bias, relu (2, 8, 6, 32) * (16, 3, 3, 32) stride 2 padding 1 f32");
}

TEST_F(ConvEngineTest, ComputesInFloatWhatTheReferenceDoes) {
  const DType dtype = DType::f32;
  const Numbers host = numbers(kProblem, dtype);
  CudnnEngine& cudnn = engine();
  const Tensor x = upload(host.x, dtype), w = upload(host.w, dtype), dy = upload(host.y, dtype);
  const Tensor y = on_device(kProblem.y_shape(), dtype), dx = on_device(kProblem.x_shape(), dtype),
               dw = on_device(kProblem.w_shape(), dtype);
  if (!cudnn.run({ConvKind::forward, dtype, kProblem}, {x, w, y}) ||
      !cudnn.run({ConvKind::grad_input, dtype, kProblem}, {dx, w, dy}) ||
      !cudnn.run({ConvKind::grad_weight, dtype, kProblem}, {x, dw, dy}))
    GTEST_SKIP() << "this version of cuDNN has no engine";
  EXPECT_LE(relative_error(download(y), ref_.conv2d(host.x, host.w, spec(kProblem))), 2e-6);
  EXPECT_LE(relative_error(download(dx), ref_.conv2d_grad_input(host.y, host.w, spec(kProblem),
                                                                kProblem.x_shape())),
            2e-6);
  EXPECT_LE(relative_error(download(dw), ref_.conv2d_grad_weight(host.x, host.y, spec(kProblem),
                                                                 kProblem.w_shape())),
            2e-6);
}

TEST_F(ConvEngineTest, FusesResidualBiasAndRelu) {
  const Numbers host = numbers(kProblem, DType::bf16);
  const Tensor x = upload(host.x, DType::bf16), w = upload(host.w, DType::bf16);
  const Tensor bias = upload(host.bias, DType::f32), residual = upload(host.residual, DType::bf16);
  CudnnEngine& cudnn = engine();
  for (const bool with_residual : {false, true})
    for (const bool relu : {false, true}) {
      const Tensor y = on_device(kProblem.y_shape(), DType::bf16);
      const ConvFusion fusion{true, with_residual, relu, DType::f32};
      if (!cudnn.run({ConvKind::forward, DType::bf16, kProblem, fusion},
                     {x, w, y, bias, with_residual ? residual : Tensor()}))
        GTEST_SKIP() << "this version of cuDNN has no engine";
      Tensor expected =
          ref_.binary(BinaryOp::add, ref_.conv2d(host.x, host.w, spec(kProblem)), host.bias);
      if (with_residual) ref_.accumulate(expected, host.residual);
      if (relu) expected = ref_.relu(expected);
      EXPECT_LE(relative_error(download(y), expected), 5e-3) << with_residual << relu;
    }
}

TEST_F(ConvEngineTest, ChoosesOnceAShapeAndSaysSo) {
  CudnnEngine& cudnn = engine();
  forward(cudnn, kProblem, DType::f32);
  forward(cudnn, kProblem, DType::f32);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(
      lines_[0], to_string(ConvOperation{ConvKind::forward, DType::f32, kProblem}) + ": cuDNN "));
  ConvProblem larger = kProblem;
  ++larger.batch;
  forward(cudnn, larger, DType::f32);
  forward(cudnn, kProblem, DType::bf16);
  EXPECT_EQ(lines_.size(), 3U);
}

TEST_F(ConvEngineTest, IsRecordedOnceItHasRun) {
  const DType dtype = DType::bf16;
  const Numbers host = numbers(kProblem, dtype);
  Tensor x = upload(host.x, dtype);
  const Tensor w = upload(host.w, dtype), y = on_device(kProblem.y_shape(), dtype);
  CudnnEngine& cudnn = engine();
  const auto work = [&] { cudnn.run({ConvKind::forward, dtype, kProblem}, {x, w, y}); };
  const std::string text = error_text(ExitCode::run_failed, [&] { device_->capture(work); });
  EXPECT_TRUE(contains(text, "conv2d (2, 8, 6, 32) * (16, 3, 3, 32) stride 2 padding 1 bf16"));
  EXPECT_TRUE(contains(text, "run the same work once before recording it"));

  work();
  const auto program = device_->capture(work);
  const Tensor other = rounded(noise(ref_, kProblem.x_shape(), 9), dtype);
  const Tensor changed = ref_.convert(other, dtype);
  device_->upload(changed.raw(), x.raw(), changed.bytes());
  program->run();
  EXPECT_LE(relative_error(download(y), ref_.conv2d(other, host.w, spec(kProblem))), 5e-3);
}

TEST_F(ConvEngineTest, RefusesImagesThatAreNotFloatingPoint) {
  CudnnEngine& cudnn = engine();
  const ConvOperands operands{on_device(kProblem.x_shape(), DType::i32),
                              on_device(kProblem.w_shape(), DType::i32),
                              on_device(kProblem.y_shape(), DType::i32)};
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed,
                                  [&] {
                                    cudnn.run({ConvKind::forward, DType::i32, kProblem}, operands);
                                  }),
                       "images are convolved in f32, f64 or bf16 (found i32)"));
}

TEST_F(ConvEngineTest, GivesTheLibrarysWordsWithAnError) {
  CudnnDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  const std::string text = error_text(ExitCode::run_failed, [&] { tensor.finalize(); });
  EXPECT_TRUE(contains(text, "cuDNN reports CUDNN_STATUS_BAD_PARAM"));
}

class PatchConvolutions : public ConvEngineTest, public ::testing::WithParamInterface<DType> {};

// Two images at a time, so that the last part is shorter and weight gradients add up.
TEST_P(PatchConvolutions, ComputeWhatTheReferenceDoes) {
  const DType dtype = GetParam(), summed = dtype == DType::bf16 ? DType::f32 : dtype;
  const double tolerance = dtype == DType::f64 ? 1e-13 : dtype == DType::f32 ? 1e-6 : 5e-3;
  const ConvProblem problem{5, 7, 6, 3, 5, 3, 2, 2, 1};
  const Numbers host = numbers(problem, dtype);
  const Tensor x = upload(host.x, dtype), w = upload(host.w, dtype), dy = upload(host.y, dtype);
  Tensor y = on_device(problem.y_shape(), dtype), dx = on_device(problem.x_shape(), dtype),
         dw = on_device(problem.w_shape(), summed);
  CublasEngine cublas(*device_, Precision::f32);
  const auto patch_bytes = static_cast<std::int64_t>(size_of(dtype)) * problem.out_height() *
                           problem.out_width() * problem.patch_size() * 2;
  const PatchEngine patches{*device_, cublas, patch_bytes};
  im2col_conv2d(patches, problem, x, w, y);
  im2col_conv2d_grad_input(patches, problem, dy, w, dx);
  im2col_conv2d_grad_weight(patches, problem, x, dy, dw);
  EXPECT_LE(relative_error(download(y), ref_.conv2d(host.x, host.w, spec(problem))), tolerance);
  EXPECT_LE(relative_error(download(dx), ref_.conv2d_grad_input(host.y, host.w, spec(problem),
                                                                problem.x_shape())),
            tolerance);
  EXPECT_LE(relative_error(download(dw), ref_.conv2d_grad_weight(host.x, host.y, spec(problem),
                                                                 problem.w_shape())),
            dtype == DType::f64 ? 1e-13 : 1e-6);
}

std::string name_of(const ::testing::TestParamInfo<DType>& info) {
  return std::string(to_string(info.param));
}
INSTANTIATE_TEST_SUITE_P(All, PatchConvolutions,
                         ::testing::Values(DType::f32, DType::f64, DType::bf16), name_of);

}  // namespace
}  // namespace switchyard::test
