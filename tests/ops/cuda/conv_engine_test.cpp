// Convolutions through cuDNN: which engines are taken, what they compute, what is done where there
// is none.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "base/file.hpp"
#include "ops/cuda/conv_plan.hpp"
#include "ops/cuda/cudnn_engine.hpp"
#include "ops/cuda/device_tensors.hpp"
#include "ops/cuda/im2col.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;
using switchyard::testing::TempFolder;

/// Channels as engines like them.
constexpr ConvProblem kProblem{2, 8, 6, 32, 16, 3, 3, 2, 1};

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
      "conv2d with residual, bias, relu (2, 8, 6, 32) * (16, 3, 3, 32) stride 2 padding 1 f32");
}

/// Numbers of a convolution's tensors, rounded to the type under test, in double on the host.
struct Numbers {
  Tensor x, w, y, bias, residual;
};

class ConvEngineTest : public ::testing::Test {
 protected:
  Numbers numbers(const ConvProblem& problem, DType dtype) {
    const auto make = [&](const Shape& shape, std::uint64_t key) {
      return rounded(noise(ref_, shape, key), dtype);
    };
    return {make(problem.x_shape(), 1), make(problem.w_shape(), 2), make(problem.y_shape(), 3),
            make({problem.out_channels}, 4), make(problem.y_shape(), 5)};
  }
  Tensor upload(const Tensor& host, DType dtype) {
    return to_device(*device_, ref_.convert(host, dtype));
  }
  Tensor download(const Tensor& x) { return to_host(*device_, x); }

  Tensor on_device(const Shape& shape, DType dtype) {
    return Tensor(device_->allocator(), shape, dtype);
  }

  CudnnEngine& engine(const CudaBackendOptions& options = {}) {
    CudaBackendOptions logged = options;
    logged.log = [this](const std::string& line) { lines_.push_back(line); };
    engines_.push_back(std::make_unique<CudnnEngine>(*device_, logged));
    return *engines_.back();
  }

  /// The result of a forward convolution, or nothing where there is no engine.
  Tensor forward(CudnnEngine& engine, const ConvProblem& problem, DType dtype) {
    const Numbers host = numbers(problem, dtype);
    const Tensor y = on_device(problem.y_shape(), dtype);
    const ConvOperands operands{upload(host.x, dtype), upload(host.w, dtype), y};
    return engine.run({ConvKind::forward, dtype, problem}, operands) ? y : Tensor();
  }

  Tensor expected_forward(const ConvProblem& problem, DType dtype) {
    const Numbers host = numbers(problem, dtype);
    return ref_.conv2d(host.x, host.w, spec(problem));
  }

  static Conv2dSpec spec(const ConvProblem& problem) {
    return {static_cast<int>(problem.stride), static_cast<int>(problem.padding)};
  }

  std::unique_ptr<CudaDevice> device_ = open_cuda_device(0);
  RefBackend ref_;
  std::vector<std::unique_ptr<CudnnEngine>> engines_;
  std::vector<std::string> lines_;
};

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

#ifdef SWITCHYARD_CUDA_EMULATION

/// Slows the double's engines 0 and 7 down for as long as it lives.
class SlowEngines {
 public:
  SlowEngines() { setenv("CUDA_EMULATION_SLOW_ENGINE", "20", 1); }
  ~SlowEngines() { unsetenv("CUDA_EMULATION_SLOW_ENGINE"); }
};

TEST_F(ConvEngineTest, TakesTheFastestOfThoseThatTheRulesAllow) {
  const SlowEngines slow;
  const Tensor y = forward(engine(), kProblem, DType::f32);
  ASSERT_TRUE(y);
  EXPECT_LE(relative_error(download(y), expected_forward(kProblem, DType::f32)), 1e-6);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], ": cuDNN engine 8/2=80, 1.0 MiB of workspace, "));
  EXPECT_TRUE(contains(lines_[0], " ms, of 3 tried"));
}

TEST_F(ConvEngineTest, LaterLaunchesTakeWhatTheFirstChose) {
  const TempFolder folder;
  const auto file = folder / "choices";
  const auto launch = [&] {
    forward(engine({.choices = file}), kProblem, DType::f32);
    return lines_.back();
  };
  const SlowEngines slow;
  launch();
  std::string text = read_file(file);
  ASSERT_TRUE(text.ends_with("\t8/2=80\n")) << text;
  EXPECT_TRUE(contains(launch(), "engine 8/2=80, 1.0 MiB of workspace, as chosen before"));
  text.replace(text.find("8/2=80"), 6, "7/2=70");
  write_file(file, text);
  EXPECT_TRUE(contains(launch(), "engine 7/2=70, 0.0 MiB of workspace, as chosen before"));
  text.replace(text.find("7/2=70"), 6, "2/2=20");
  write_file(file, text);
  EXPECT_TRUE(contains(launch(), "engine 8/2=80")) << "the rules hold for the record too";
}

TEST_F(ConvEngineTest, ChoosesWhereTheRecordCannotBeKept) {
  const SlowEngines slow;
  ASSERT_TRUE(forward(engine({.choices = "/proc/no/choices"}), kProblem, DType::f32));
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_TRUE(contains(lines_[0], "cannot be kept in /proc/no/choices ("));
  EXPECT_TRUE(contains(lines_[1], "engine 8/2=80"));
}

TEST_F(ConvEngineTest, TriesMoreWhereTheRulesAllowMore) {
  const auto tried = [&](const CudaBackendOptions& options, DType dtype) {
    forward(engine(options), kProblem, dtype);
    return lines_.back();
  };
  EXPECT_TRUE(contains(tried({.precision = Precision::tf32}, DType::f32), "of 4 tried"));
  EXPECT_TRUE(contains(tried({.fast_nondeterministic = true}, DType::f32), "of 4 tried"));
  EXPECT_TRUE(contains(tried({.precision = Precision::bf16}, DType::f32), "of 3 tried"));
  EXPECT_TRUE(contains(tried({.precision = Precision::bf16}, DType::bf16), "of 5 tried"));
}

TEST_F(ConvEngineTest, SaysOnceThatThereIsNoEngine) {
  CudnnEngine& cudnn = engine();
  EXPECT_FALSE(forward(cudnn, kProblem, DType::f64));
  EXPECT_FALSE(forward(cudnn, kProblem, DType::f64));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], "f64: cuDNN has no engine for it"));
}

TEST_F(ConvEngineTest, WorkspaceReturnsToTheDevice) {
  CudnnEngine& cudnn = engine();
  const SlowEngines slow;
  forward(cudnn, kProblem, DType::f32);
  const std::size_t before = device_->allocator().live_bytes();
  device_->allocator().reset_peak();
  const Tensor y = forward(cudnn, kProblem, DType::f32);
  EXPECT_GE(device_->allocator().peak_bytes(), before + (std::size_t{1} << 20));
  EXPECT_LT(device_->allocator().live_bytes(), before + (std::size_t{1} << 20));
}

TEST_F(ConvEngineTest, LeavesOutAnEngineWhoseWorkspaceFindsNoRoom) {
  setenv("CUDA_EMULATION_MEMORY", "2097152", 1);
  const Tensor filler = on_device({1 << 20}, DType::u8);
  const Tensor y = forward(engine(), kProblem, DType::f32);
  unsetenv("CUDA_EMULATION_MEMORY");
  EXPECT_TRUE(y);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], "0.0 MiB of workspace, ")) << lines_[0];
  EXPECT_TRUE(contains(lines_[0], "of 2 tried")) << lines_[0];
}

TEST_F(ConvEngineTest, TakesImagesAtAnyAddress) {
  const ConvProblem problem{1, 4, 4, 1, 4, 3, 3, 1, 1};
  const Numbers host = numbers(problem, DType::f32);
  const Tensor padded = on_device({17, 1}, DType::f32), w = upload(host.w, DType::f32);
  Tensor x = padded.rows(1, 17).reshape(problem.x_shape());
  const Tensor single = ref_.convert(host.x, DType::f32);
  device_->upload(single.raw(), x.raw(), single.bytes());
  CudnnEngine& cudnn = engine();
  forward(cudnn, problem, DType::f32);
  const Tensor y = on_device(problem.y_shape(), DType::f32);
  ASSERT_TRUE(cudnn.run({ConvKind::forward, DType::f32, problem}, {x, w, y}));
  EXPECT_EQ(lines_.size(), 2U) << "an engine chosen for aligned images may not do for others";
  EXPECT_LE(relative_error(download(y), expected_forward(problem, DType::f32)), 1e-6);
}

#endif

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
