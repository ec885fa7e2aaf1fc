#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefConv2d : public testing::Test {
 protected:
  // (1,3,3,1) with the numbers 1 to 9.
  Tensor counting_image() { return test::make(backend, {1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}); }

  RefBackend backend;
};

TEST_F(RefConv2d, HandNumbers) {
  Tensor w = test::make(backend, {1, 2, 2, 1}, {1, 2, 3, 4});
  test::expect_values(backend, backend.conv2d(counting_image(), w, {}), {1, 2, 2, 1},
                      {37, 47, 67, 77});
}

TEST_F(RefConv2d, PadsWithZerosAndStrides) {
  Tensor w = backend.full({1, 3, 3, 1}, DType::f64, 1);
  test::expect_values(backend, backend.conv2d(counting_image(), w, {2, 1}), {1, 2, 2, 1},
                      {12, 16, 24, 28});
}

// The definition, one output element at a time, with a kernel that is not square.
TEST_F(RefConv2d, MatchesTheDefinition) {
  const std::int64_t n = 2, h = 5, w = 4, in = 3, out = 2, kh = 3, kw = 2, stride = 2, padding = 1;
  const std::int64_t oh = 3, ow = 3;
  Tensor x = test::noise(backend, {n, h, w, in}, 1);
  Tensor k = test::noise(backend, {out, kh, kw, in}, 2);
  const auto xs = test::values(backend, x), ks = test::values(backend, k);
  std::vector<double> expected;
  for (std::int64_t y = 0; y < n * oh * ow * out; ++y) {
    const std::int64_t o = y % out, col = y / out % ow, row = y / out / ow % oh;
    const std::int64_t image = y / out / ow / oh;
    double sum = 0;
    for (std::int64_t t = 0; t < kh * kw * in; ++t) {
      const std::int64_t i = t % in;
      const std::int64_t r = row * stride - padding + t / in / kw;
      const std::int64_t c = col * stride - padding + t / in % kw;
      if (r < 0 || r >= h || c < 0 || c >= w) continue;
      sum += xs[((image * h + r) * w + c) * in + i] * ks[o * kh * kw * in + t];
    }
    expected.push_back(sum);
  }
  test::expect_values(backend, backend.conv2d(x, k, {stride, padding}), {n, oh, ow, out}, expected);
}

struct Case {
  Shape x, w;
  Conv2dSpec spec;
};

class RefConv2dAdjoints : public testing::TestWithParam<Case> {
 protected:
  RefBackend backend;
};

// <conv(x, w), dy> = <x, grad_input(dy)> = <w, grad_weight(dy)>.
TEST_P(RefConv2dAdjoints, AreAdjoint) {
  const auto& [x_shape, w_shape, spec] = GetParam();
  Tensor x = test::noise(backend, x_shape, 1), w = test::noise(backend, w_shape, 2);
  Tensor y = backend.conv2d(x, w, spec);
  Tensor dy = test::noise(backend, y.shape(), 3);
  const double expected = backend.dot(y, dy);
  ASSERT_NE(expected, 0);
  Tensor dx = backend.conv2d_grad_input(dy, w, spec, x_shape);
  Tensor dw = backend.conv2d_grad_weight(x, dy, spec, w_shape);
  EXPECT_NEAR(backend.dot(x, dx), expected, 1e-10);
  EXPECT_NEAR(backend.dot(w, dw), expected, 1e-10);
}

TEST_P(RefConv2dAdjoints, FloatIsDoubleRounded) {
  const auto& [x_shape, w_shape, spec] = GetParam();
  Tensor x = test::noise(backend, x_shape, 1, DType::f32);
  Tensor w = test::noise(backend, w_shape, 2, DType::f32);
  Tensor y = backend.conv2d(x, w, spec);
  EXPECT_EQ(y.dtype(), DType::f32);
  Tensor wide =
      backend.conv2d(backend.convert(x, DType::f64), backend.convert(w, DType::f64), spec);
  test::expect_equal(backend, y, backend.convert(wide, DType::f32), 0);
}

INSTANTIATE_TEST_SUITE_P(Shapes, RefConv2dAdjoints,
                         testing::Values(Case{{2, 5, 5, 3}, {4, 3, 3, 3}, {1, 1}},
                                         Case{{2, 6, 5, 2}, {3, 3, 3, 2}, {2, 0}},
                                         Case{{1, 7, 7, 2}, {3, 1, 1, 2}, {2, 0}},
                                         Case{{2, 8, 8, 3}, {2, 7, 7, 3}, {2, 3}},
                                         Case{{1, 4, 6, 1}, {2, 3, 2, 1}, {3, 2}}));

TEST_F(RefConv2d, NoImagesGiveNoOutputAndZeroGradient) {
  Tensor x = backend.zeros({0, 4, 4, 2}, DType::f64);
  Tensor w = test::noise(backend, {3, 3, 3, 2}, 1);
  Tensor y = backend.conv2d(x, w, {1, 1});
  EXPECT_EQ(y.shape(), (Shape{0, 4, 4, 3}));
  EXPECT_EQ(backend.conv2d_grad_input(y, w, {1, 1}, x.shape()).shape(), x.shape());
  test::expect_equal(backend, backend.conv2d_grad_weight(x, y, {1, 1}, w.shape()),
                     backend.zeros(w.shape(), DType::f64));
}

TEST_F(RefConv2d, PreparedAddsBiasAndResidualAndKeepsItsWeights) {
  Tensor w = test::make(backend, {1, 2, 2, 1}, {1, 2, 3, 4});
  Tensor bias = test::make(backend, {1}, {-50});
  auto plain = backend.prepare_conv2d(w, bias, {}, Activation::none);
  auto rectified = backend.prepare_conv2d(w, bias, {}, Activation::relu);
  backend.accumulate(w, w);
  backend.accumulate(bias, bias);
  Tensor x = counting_image();
  test::expect_values(backend, plain->run(x, {}), {1, 2, 2, 1}, {-13, -3, 17, 27});
  Tensor residual = test::make(backend, {1, 2, 2, 1}, {10, 10, 10, -30});
  test::expect_values(backend, rectified->run(x, residual), {1, 2, 2, 1}, {0, 7, 27, 0});
}

TEST_F(RefConv2d, RefusesShapesThatDoNotFit) {
  Tensor x = backend.zeros({1, 4, 4, 2}, DType::f64);
  Tensor w = backend.zeros({3, 3, 3, 2}, DType::f64);
  EXPECT_THROW(backend.conv2d(x, backend.zeros({3, 3, 3, 1}, DType::f64), {}), Error);
  EXPECT_THROW(backend.conv2d(x, backend.zeros({3, 3, 3, 2}, DType::f32), {}), Error);
  EXPECT_THROW(backend.conv2d(x, backend.zeros({3, 5, 5, 2}, DType::f64), {}), Error);
  EXPECT_THROW(backend.conv2d(x, w, {0, 0}), Error);
  Tensor dy = backend.zeros({1, 4, 4, 3}, DType::f64);
  EXPECT_THROW(backend.conv2d_grad_input(dy, w, {1, 0}, x.shape()), Error);
  EXPECT_THROW(backend.conv2d_grad_weight(x, dy, {1, 0}, w.shape()), Error);
  EXPECT_THROW(backend.prepare_conv2d(w, backend.zeros({2}, DType::f64), {}, Activation::none),
               Error);
}

}  // namespace
}  // namespace switchyard
