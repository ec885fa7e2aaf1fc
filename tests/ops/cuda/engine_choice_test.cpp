// Which engines and algorithms are taken, by libraries whose engines are known: the doubles of
// tests/support/cuda_emulation.

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.hpp"
#include "ops/cuda/conv_engine_fixture.hpp"
#include "ops/cuda/cublas_engine.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;
using switchyard::testing::TempFolder;

using EngineChoiceTest = ConvEngineTest;

/// Slows the double's engines 0 and 7 down for as long as it lives.
class SlowEngines {
 public:
  SlowEngines() { setenv("CUDA_EMULATION_SLOW_ENGINE", "20", 1); }
  ~SlowEngines() { unsetenv("CUDA_EMULATION_SLOW_ENGINE"); }
};

TEST_F(EngineChoiceTest, TakesTheFastestOfThoseThatTheRulesAllow) {
  const SlowEngines slow;
  const Tensor y = forward(engine(), kProblem, DType::f32);
  ASSERT_TRUE(y);
  EXPECT_LE(relative_error(download(y), expected_forward(kProblem, DType::f32)), 1e-6);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], ": cuDNN engine 8/2=80, 1.0 MiB of workspace, "));
  EXPECT_TRUE(contains(lines_[0], " ms, of 3 tried"));
}

TEST_F(EngineChoiceTest, LaterLaunchesTakeWhatTheFirstChose) {
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

TEST_F(EngineChoiceTest, ChoosesWhereTheRecordCannotBeKept) {
  const SlowEngines slow;
  ASSERT_TRUE(forward(engine({.choices = "/proc/no/choices"}), kProblem, DType::f32));
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_TRUE(contains(lines_[0], "cannot be kept in /proc/no/choices ("));
  EXPECT_TRUE(contains(lines_[1], "engine 8/2=80"));
}

TEST_F(EngineChoiceTest, TriesMoreWhereTheRulesAllowMore) {
  const auto tried = [&](const CudaBackendOptions& options, DType dtype) {
    forward(engine(options), kProblem, dtype);
    return lines_.back();
  };
  EXPECT_TRUE(contains(tried({.precision = Precision::tf32}, DType::f32), "of 4 tried"));
  EXPECT_TRUE(contains(tried({.fast_nondeterministic = true}, DType::f32), "of 4 tried"));
  EXPECT_TRUE(contains(tried({.precision = Precision::bf16}, DType::f32), "of 3 tried"));
  EXPECT_TRUE(contains(tried({.precision = Precision::bf16}, DType::bf16), "of 5 tried"));
}

TEST_F(EngineChoiceTest, SaysOnceThatThereIsNoEngine) {
  CudnnEngine& cudnn = engine();
  EXPECT_FALSE(forward(cudnn, kProblem, DType::f64));
  EXPECT_FALSE(forward(cudnn, kProblem, DType::f64));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], "f64: cuDNN has no engine for it"));
}

TEST_F(EngineChoiceTest, WorkspaceReturnsToTheDevice) {
  CudnnEngine& cudnn = engine();
  const SlowEngines slow;
  forward(cudnn, kProblem, DType::f32);
  const std::size_t before = device_->allocator().live_bytes();
  device_->allocator().reset_peak();
  const Tensor y = forward(cudnn, kProblem, DType::f32);
  EXPECT_GE(device_->allocator().peak_bytes(), before + (std::size_t{1} << 20));
  EXPECT_LT(device_->allocator().live_bytes(), before + (std::size_t{1} << 20));
}

TEST_F(EngineChoiceTest, LeavesOutAnEngineWhoseWorkspaceFindsNoRoom) {
  setenv("CUDA_EMULATION_MEMORY", "2097152", 1);
  const Tensor filler = on_device({1 << 20}, DType::u8);
  const Tensor y = forward(engine(), kProblem, DType::f32);
  unsetenv("CUDA_EMULATION_MEMORY");
  EXPECT_TRUE(y);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(contains(lines_[0], "0.0 MiB of workspace, ")) << lines_[0];
  EXPECT_TRUE(contains(lines_[0], "of 2 tried")) << lines_[0];
}

TEST_F(EngineChoiceTest, TakesImagesAtAnyAddress) {
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

TEST_F(EngineChoiceTest, ProductsOfFloatsAreShortenedForTf32Alone) {
  const Tensor a = rounded(noise(ref_, {32, 64}, 1), DType::f32);
  const Tensor b = rounded(noise(ref_, {64, 32}, 2), DType::f32);
  const auto error = [&](Precision precision) {
    CublasEngine cublas(*device_, precision);
    Tensor c = on_device({32, 32}, DType::f32);
    cublas.gemm(upload(a, DType::f32), Transpose::no, upload(b, DType::f32), Transpose::no, c);
    return relative_error(download(c), ref_.matmul(a, Transpose::no, b, Transpose::no));
  };
  EXPECT_LE(error(Precision::bf16), 1e-6);
  EXPECT_GE(error(Precision::tf32), 1e-5);
}

TEST_F(EngineChoiceTest, SaysWhichProductHasNoAlgorithm) {
  CublasEngine cublas(*device_, Precision::f32);
  const Tensor a = on_device({2, 3}, DType::f64), b = on_device({3, 4}, DType::f64);
  Tensor c = on_device({2, 4}, DType::f32);
  const std::string text =
      error_text(ExitCode::run_failed, [&] { cublas.gemm(a, Transpose::no, b, Transpose::no, c); });
  EXPECT_TRUE(contains(text, "no algorithm for the product (2, 3) x (3, 4) of f64"));
}

}  // namespace
}  // namespace switchyard::test
