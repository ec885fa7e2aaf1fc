#include <cmath>
#include <functional>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

constexpr double eps = 1e-5;

class RefBatchNorm : public testing::Test {
 protected:
  BatchMoments moments(const Tensor& sums, double count) {
    const auto s = test::values(backend, sums);
    const std::int64_t channels = sums.dim(1);
    std::vector<double> mean, inv_std;
    for (std::int64_t c = 0; c < channels; ++c) {
      mean.push_back(s[c] / count);
      inv_std.push_back(1 / std::sqrt(s[channels + c] / count - mean[c] * mean[c] + eps));
    }
    return {test::make(backend, {channels}, mean), test::make(backend, {channels}, inv_std)};
  }

  BatchMoments moments(const Tensor& x) {
    return moments(backend.batch_norm_sums(x), static_cast<double>(x.numel() / x.dim(-1)));
  }

  // The derivative of `loss` by every element of x, by central differences.
  std::vector<double> differences(const Tensor& x,
                                  const std::function<double(const Tensor&)>& loss) {
    const double h = 1e-5;
    std::vector<double> slopes;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      Tensor right = backend.convert(x, DType::f64), left = backend.convert(x, DType::f64);
      right.data<double>()[i] += h;
      left.data<double>()[i] -= h;
      slopes.push_back((loss(right) - loss(left)) / (2 * h));
    }
    return slopes;
  }

  RefBackend backend;
};

TEST_F(RefBatchNorm, SumsAreDoubleForBothTypes) {
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor x = test::make(backend, {3, 2}, {1, 10, 2, 20, 3, 30}, dtype);
    Tensor sums = backend.batch_norm_sums(x);
    EXPECT_EQ(sums.dtype(), DType::f64);
    test::expect_values(backend, sums, {2, 2}, {6, 60, 14, 1400});
  }
}

TEST_F(RefBatchNorm, ApplyHandNumbers) {
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor x = test::make(backend, {1, 2, 1, 2}, {1, 2, 3, 4}, dtype);
    BatchMoments m = {test::make(backend, {2}, {2, 2}), test::make(backend, {2}, {1, 0.5})};
    Tensor gamma = test::make(backend, {2}, {3, 4}, dtype);
    Tensor beta = test::make(backend, {2}, {1, -1}, dtype);
    Tensor residual = test::make(backend, {1, 2, 1, 2}, {0, 0, -9, 9}, dtype);
    test::expect_values(backend, backend.batch_norm_apply(x, m, gamma, beta, {}, Activation::none),
                        x.shape(), {-2, -1, 4, 3});
    test::expect_values(backend,
                        backend.batch_norm_apply(x, m, gamma, beta, residual, Activation::relu),
                        x.shape(), {0, 0, 0, 12});
  }
}

// loss = <dy, relu(bn(x) + residual)>, differentiated by everything it depends on.
TEST_F(RefBatchNorm, GradientsMatchDifferences) {
  const Shape shape = {3, 2, 1, 2};
  Tensor x = test::noise(backend, shape, 1), residual = test::noise(backend, shape, 2);
  Tensor dy = test::noise(backend, shape, 3);
  Tensor gamma = test::noise(backend, {2}, 4), beta = test::noise(backend, {2}, 5);
  auto loss = [&](const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  const Tensor& residual) {
    return backend.dot(
        dy, backend.batch_norm_apply(x, moments(x), gamma, beta, residual, Activation::relu));
  };
  const BatchMoments m = moments(x);
  Tensor y = backend.batch_norm_apply(x, m, gamma, beta, residual, Activation::relu);
  Tensor sums = backend.batch_norm_grad_sums(dy, y, x, m);
  auto grad = backend.batch_norm_grad(dy, y, x, m, gamma, sums, 6, true);
  test::expect_values(
      backend, grad.dx, shape,
      differences(x, [&](const Tensor& v) { return loss(v, gamma, beta, residual); }), 1e-7);
  test::expect_values(
      backend, grad.dresidual, shape,
      differences(residual, [&](const Tensor& v) { return loss(x, gamma, beta, v); }), 1e-7);
  test::expect_values(
      backend, sums.rows(0, 1), {1, 2},
      differences(beta, [&](const Tensor& v) { return loss(x, gamma, v, residual); }), 1e-7);
  test::expect_values(
      backend, sums.rows(1, 2), {1, 2},
      differences(gamma, [&](const Tensor& v) { return loss(x, v, beta, residual); }), 1e-7);
}

// Two parts with common sums give the rows of the whole, also when one part is empty.
TEST_F(RefBatchNorm, PartsNormalisedTogetherEqualTheWhole) {
  Tensor x = test::noise(backend, {5, 3}, 1), dy = test::noise(backend, {5, 3}, 2);
  Tensor gamma = test::noise(backend, {3}, 3);
  const BatchMoments m = moments(x);
  Tensor sums = backend.batch_norm_grad_sums(dy, {}, x, m);
  Tensor whole = backend.batch_norm_grad(dy, {}, x, m, gamma, sums, 5, false).dx;
  for (std::int64_t cut : {0, 2, 5}) {
    Tensor total = backend.zeros({2, 3}, DType::f64), grad_total = total;
    for (auto [begin, end] : {std::pair{std::int64_t{0}, cut}, std::pair{cut, std::int64_t{5}}}) {
      Tensor part = x.rows(begin, end), part_dy = dy.rows(begin, end);
      total = backend.binary(BinaryOp::add, total, backend.batch_norm_sums(part));
      grad_total = backend.binary(BinaryOp::add, grad_total,
                                  backend.batch_norm_grad_sums(part_dy, {}, part, m));
      Tensor dx = backend.batch_norm_grad(part_dy, {}, part, m, gamma, sums, 5, false).dx;
      test::expect_equal(backend, dx, whole.rows(begin, end));
    }
    test::expect_equal(backend, total, backend.batch_norm_sums(x));
    test::expect_equal(backend, grad_total, sums);
  }
}

TEST_F(RefBatchNorm, ResidualGradientIsItsOwnMemoryAndOnlyOnRequest) {
  Tensor x = test::noise(backend, {4, 1}, 1), dy = test::noise(backend, {4, 1}, 2);
  Tensor gamma = backend.full({1}, DType::f64, 1);
  const BatchMoments m = moments(x);
  Tensor sums = backend.batch_norm_grad_sums(dy, {}, x, m);
  EXPECT_FALSE(backend.batch_norm_grad(dy, {}, x, m, gamma, sums, 4, false).dresidual.defined());
  auto grad = backend.batch_norm_grad(dy, {}, x, m, gamma, sums, 4, true);
  EXPECT_NE(grad.dresidual.raw(), dy.raw());
  test::expect_equal(backend, grad.dresidual, dy, 0);
}

TEST_F(RefBatchNorm, RefusesShapesThatDoNotFit) {
  Tensor x = backend.zeros({2, 3}, DType::f64), three = backend.zeros({3}, DType::f64);
  Tensor two = backend.zeros({2}, DType::f64);
  const BatchMoments m = {three, three};
  EXPECT_THROW(backend.batch_norm_apply(x, {three, two}, three, three, {}, Activation::none),
               Error);
  EXPECT_THROW(backend.batch_norm_apply(x, m, two, three, {}, Activation::none), Error);
  EXPECT_THROW(backend.batch_norm_apply(x, m, three, three, three, Activation::none), Error);
  EXPECT_THROW(backend.batch_norm_grad_sums(three, {}, x, m), Error);
  EXPECT_THROW(backend.batch_norm_grad(x, {}, x, m, three, three, 2, false), Error);
}

}  // namespace
}  // namespace switchyard
