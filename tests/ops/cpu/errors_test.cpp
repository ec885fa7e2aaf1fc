#include <cmath>
#include <functional>
#include <limits>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard::test {
namespace {

class CpuBackendTest : public testing::Test {
 protected:
  Tensor numbers(const Shape& shape, DType dtype = DType::f32) {
    return cpu_.full(shape, dtype, 0.5);
  }

  void expect_error(const std::function<void()>& call, const std::string& part) {
    try {
      call();
      FAIL() << "no error; expected one about " << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  CpuBackend cpu_;
};

TEST_F(CpuBackendTest, RefusesConvolutionsThatDoNotFit) {
  expect_error(
      [&] {
        cpu_.conv2d(numbers({1, 8, 8, 3}), numbers({4, 3, 3, 5}), {});
      },
      "(1, 8, 8, 3) have 3 channels");
  expect_error(
      [&] {
        cpu_.conv2d(numbers({1, 2, 8, 3}), numbers({4, 3, 3, 3}), {});
      },
      "3x3 kernel does not fit 2x8 images");
  expect_error(
      [&] {
        cpu_.conv2d(numbers({1, 8, 8, 3}), numbers({4, 3, 3, 3}), {0, 0});
      },
      "stride 0");
  expect_error([&] { cpu_.conv2d(numbers({8, 8, 3}), numbers({4, 3, 3, 3}), {}); }, "(N,H,W,I)");
}

TEST_F(CpuBackendTest, RefusesGradientsOfAnotherShape) {
  const Tensor x = numbers({1, 8, 8, 3}), w = numbers({4, 3, 3, 3}), dy = numbers({1, 8, 8, 4});
  expect_error([&] { cpu_.conv2d_grad_input(dy, w, {}, x.shape()); }, "(1, 6, 6, 4)");
  expect_error([&] { cpu_.conv2d_grad_weight(x, dy, {}, w.shape()); }, "(1, 6, 6, 4)");
}

TEST_F(CpuBackendTest, RefusesMixedTypes) {
  const Tensor single = numbers({2, 2}), twice = numbers({2, 2}, DType::f64);
  expect_error([&] { cpu_.matmul(single, Transpose::no, twice, Transpose::no); }, "f64");
  expect_error([&] { cpu_.binary(BinaryOp::add, single, twice); }, "f64");
  expect_error([&] { cpu_.dot(single, twice); }, "f64");
  expect_error([&] { cpu_.relu(cpu_.full({2}, DType::i32, 1)); }, "i32");
}

TEST_F(CpuBackendTest, RefusesShapesThatDoNotMatch) {
  Tensor into = numbers({2, 3});
  expect_error([&] { cpu_.accumulate(into, numbers({3, 2})); }, "(3, 2)");
  expect_error([&] { cpu_.matmul(into, Transpose::no, into, Transpose::no); }, "inner dimension");
  expect_error([&] { cpu_.linear(into, numbers({4, 3}), numbers({5}), Activation::none); }, "(5)");
  expect_error([&] { cpu_.global_avg_pool(into); }, "(2, 3)");
}

TEST_F(CpuBackendTest, RefusesAResidualOfAnotherShape) {
  auto conv = cpu_.prepare_conv2d(numbers({4, 3, 3, 3}), numbers({4}), {1, 1}, Activation::none);
  expect_error([&] { conv->run(numbers({1, 8, 8, 3}), numbers({1, 8, 8, 3})); }, "residual");
}

TEST_F(CpuBackendTest, PreparedConvolutionKeepsItsWeights) {
  Tensor w = numbers({4, 3, 3, 3}), bias = numbers({4});
  auto conv = cpu_.prepare_conv2d(w, bias, {1, 1}, Activation::none);
  cpu_.accumulate(w, w);
  cpu_.accumulate(bias, bias);
  const Tensor y = conv->run(numbers({1, 8, 8, 3}), {});
  EXPECT_FLOAT_EQ(y.data<float>()[9 * 4], 27 * 0.25F + 0.5F);  // pixel (1,1): all taps inside
}

TEST_F(CpuBackendTest, ConvolvesWithoutInputChannels) {
  const Tensor y = cpu_.conv2d(numbers({1, 2, 2, 0}), numbers({3, 1, 1, 0}), {});
  expect_values(cpu_, y, {1, 2, 2, 3}, std::vector<double>(12, 0.0));
}

// A diverged run must be seen.
TEST_F(CpuBackendTest, NanPassesThroughRelu) {
  const Tensor nan = cpu_.full({2, 3}, DType::f32, std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isnan(cpu_.relu(nan).data<float>()[0]));
  const BatchMoments moments{numbers({3}, DType::f64), numbers({3}, DType::f64)};
  const Tensor y =
      cpu_.batch_norm_apply(nan, moments, numbers({3}), numbers({3}), {}, Activation::relu);
  EXPECT_TRUE(std::isnan(y.data<float>()[0]));
}

}  // namespace
}  // namespace switchyard::test
