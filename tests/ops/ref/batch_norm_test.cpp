#include <cmath>

#include "ops/kernels/host_data.hpp"
#include "ops/ref/differences.hpp"

namespace switchyard {
namespace {

constexpr double eps = 1e-5;

class RefBatchNorm : public testing::Test {
 protected:
  BatchMoments moments(const Tensor& x) {
    return backend.batch_norm_statistics(backend.batch_norm_sums(x), eps, nullptr).moments;
  }

  Tensor count(double rows) { return backend.full({1}, DType::f64, rows); }

  std::vector<double> differences(const Tensor& x,
                                  const std::function<double(const Tensor&)>& loss) {
    return test::differences(backend, x, loss);
  }

  RefBackend backend;
};

TEST_F(RefBatchNorm, SumsAreDoubleForBothTypes) {
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor x = test::make(backend, {3, 2}, {1, 10, 2, 20, 3, 30}, dtype);
    Tensor sums = backend.batch_norm_sums(x);
    EXPECT_EQ(sums.dtype(), DType::f64);
    test::expect_values(backend, sums, {1, 5}, {6, 60, 14, 1400, 3});
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
  auto own = backend.batch_norm_grad_sums(dy, y, x, m);
  auto grad = backend.batch_norm_grad(dy, y, x, m, gamma, own.sums, count(6), true);
  test::expect_values(
      backend, grad.dx, shape,
      differences(x, [&](const Tensor& v) { return loss(v, gamma, beta, residual); }), 1e-7);
  test::expect_values(
      backend, grad.dresidual, shape,
      differences(residual, [&](const Tensor& v) { return loss(x, gamma, beta, v); }), 1e-7);
  test::expect_values(
      backend, own.dbeta, {2},
      differences(beta, [&](const Tensor& v) { return loss(x, gamma, v, residual); }), 1e-7);
  test::expect_values(
      backend, own.dgamma, {2},
      differences(gamma, [&](const Tensor& v) { return loss(x, v, beta, residual); }), 1e-7);
}

// One channel, mean 2, inv_std 0.5; the second row is masked away.
TEST_F(RefBatchNorm, GradSumsTangentHandNumbers) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = test::make(backend, {3, 1}, {3, 7, 0}, dtype);
    const Tensor tx = test::make(backend, {3, 1}, {10, 99, 20}, dtype);
    const Tensor dy = test::make(backend, {3, 1}, {4, 99, -1}, dtype);
    const Tensor tdy = test::make(backend, {3, 1}, {6, 99, 8}, dtype);
    const Tensor y = test::make(backend, {3, 1}, {1, 0, 2}, dtype);
    const BatchMoments m = {test::make(backend, {1}, {2}), test::make(backend, {1}, {0.5})};
    auto found = backend.batch_norm_grad_sums_tangent(dy, tdy, y, x, tx, m);
    test::expect_values(backend, found.sums, {2, 1}, {14, 5});
    test::expect_values(backend, found.dbeta, {1}, {14});
    test::expect_values(backend, found.dgamma, {1}, {5});
    EXPECT_EQ(found.dgamma.dtype(), dtype);
    EXPECT_THROW(backend.batch_norm_grad_sums_tangent(dy, tdy, y, x, {}, m), Error);
    EXPECT_THROW(backend.batch_norm_grad_sums_tangent(dy, {}, y, x, tx, m), Error);
  }
}

TEST_F(RefBatchNorm, ChannelAffineHandNumbers) {
  for (DType dtype : {DType::f32, DType::f64}) {
    auto matrix = [&](const std::vector<double>& v) {
      return test::make(backend, {2, 2}, v, dtype);
    };
    auto channels = [&](const std::vector<double>& v) {
      return test::make(backend, {2}, v, dtype);
    };
    ChannelSum sum{.first = {matrix({1, 2, 3, 4}), channels({10, -1})}};
    test::expect_values(backend, backend.channel_affine(sum), {2, 2}, {10, -2, 30, -4});
    sum.second = {matrix({0, 1, 0, 2}), channels({9, 100})};
    sum.offset = channels({0.5, 0.25});
    sum.addend = matrix({-20, 0, 0, 0});
    test::expect_values(backend, backend.channel_affine(sum), {2, 2}, {-9.5, 98.25, 30.5, 196.25});
    sum.mask = matrix({1e-30, -1, 0, 2});
    test::expect_values(backend, backend.channel_affine(sum), {2, 2}, {-9.5, 0, 0, 196.25});
    sum.second.slope = {};
    EXPECT_THROW(backend.channel_affine(sum), Error);
    const Tensor one_channel = test::make(backend, {1}, {1}, dtype);
    EXPECT_THROW(backend.channel_affine({.first = {matrix({1, 2, 3, 4}), one_channel}}), Error);
    EXPECT_THROW(backend.channel_affine({}), Error);
  }
}

// Two parts with common sums give the rows of the whole, also when one part is empty.
TEST_F(RefBatchNorm, PartsNormalisedTogetherEqualTheWhole) {
  Tensor x = test::noise(backend, {5, 3}, 1), dy = test::noise(backend, {5, 3}, 2);
  Tensor gamma = test::noise(backend, {3}, 3);
  const BatchMoments m = moments(x);
  Tensor sums = backend.batch_norm_grad_sums(dy, {}, x, m).sums;
  Tensor whole = backend.batch_norm_grad(dy, {}, x, m, gamma, sums, count(5), false).dx;
  for (std::int64_t cut : {0, 2, 5}) {
    Tensor grad_total = backend.zeros({2, 3}, DType::f64),
           parts = backend.zeros({1, 7}, DType::f64);
    for (auto [begin, end] : {std::pair{std::int64_t{0}, cut}, std::pair{cut, std::int64_t{5}}}) {
      Tensor part = x.rows(begin, end), part_dy = dy.rows(begin, end);
      parts = backend.binary(BinaryOp::add, parts, backend.batch_norm_sums(part));
      grad_total = backend.binary(BinaryOp::add, grad_total,
                                  backend.batch_norm_grad_sums(part_dy, {}, part, m).sums);
      Tensor dx = backend.batch_norm_grad(part_dy, {}, part, m, gamma, sums, count(5), false).dx;
      test::expect_equal(backend, dx, whole.rows(begin, end));
    }
    test::expect_equal(backend, parts, backend.batch_norm_sums(x));
    test::expect_equal(backend, grad_total, sums);
  }
}

TEST_F(RefBatchNorm, ResidualGradientIsItsOwnMemoryAndOnlyOnRequest) {
  Tensor x = test::noise(backend, {4, 1}, 1), dy = test::noise(backend, {4, 1}, 2);
  Tensor gamma = backend.full({1}, DType::f64, 1);
  const BatchMoments m = moments(x);
  Tensor sums = backend.batch_norm_grad_sums(dy, {}, x, m).sums;
  EXPECT_FALSE(
      backend.batch_norm_grad(dy, {}, x, m, gamma, sums, count(4), false).dresidual.defined());
  auto grad = backend.batch_norm_grad(dy, {}, x, m, gamma, sums, count(4), true);
  EXPECT_NE(grad.dresidual.raw(), dy.raw());
  test::expect_equal(backend, grad.dresidual, dy, 0);
}

// Rows 1, 3 and 10, 10: means 2 and 10, variances 1 and 0.
TEST_F(RefBatchNorm, StatisticsHandNumbers) {
  Tensor sums = test::make(backend, {1, 5}, {4, 20, 10, 200, 2});
  BatchStatistics found = backend.batch_norm_statistics(sums, 0.25, nullptr);
  test::expect_values(backend, found.moments.mean, {2}, {2, 10});
  test::expect_values(backend, found.variance, {2}, {1, 0});
  test::expect_values(backend, found.moments.inv_std, {2}, {1 / std::sqrt(1.25), 2});
  test::expect_values(backend, found.count, {1}, {2});
}

TEST_F(RefBatchNorm, StatisticsOfNoRowsAreZero) {
  BatchStatistics found =
      backend.batch_norm_statistics(backend.zeros({1, 3}, DType::f64), 1.0 / 16, nullptr);
  test::expect_values(backend, found.moments.mean, {1}, {0});
  test::expect_values(backend, found.variance, {1}, {0});
  test::expect_values(backend, found.moments.inv_std, {1}, {4});
}

TEST_F(RefBatchNorm, RoundingNeverMakesAVarianceNegative) {
  Tensor sums = test::make(backend, {1, 3}, {3, 3 - 1e-9, 3});
  test::expect_values(backend, backend.batch_norm_statistics(sums, eps, nullptr).variance, {1}, {0},
                      0);
}

// PyTorch's rule by hand for rows of mean 8 and variance 4: 0.75 old + 0.25 new, with the variance
// times 3/2.
TEST_F(RefBatchNorm, TracksTheUnbiasedVarianceInPlace) {
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor sums = test::make(backend, {1, 3}, {24, 204, 3});
    Tensor mean = test::make(backend, {1}, {4}, dtype), seen_elsewhere = mean;
    Tensor variance = test::make(backend, {1}, {2}, dtype);
    Tensor tracked = test::host_tensor<std::int64_t>(backend, {41}).reshape({});
    const RunningStatistics running{&mean, &variance, &tracked, 0.25};
    backend.batch_norm_statistics(sums, eps, &running);
    test::expect_values(backend, seen_elsewhere, {1}, {5});
    test::expect_values(backend, variance, {1}, {3});
    test::expect_values(backend, tracked, {}, {42});
  }
}

TEST_F(RefBatchNorm, OneRowKeepsItsBiasedVarianceAndNoRowsChangeNothing) {
  Tensor mean = backend.zeros({1}, DType::f64), variance = backend.full({1}, DType::f64, 6);
  Tensor tracked = test::host_tensor<std::int64_t>(backend, {0});
  const RunningStatistics running{&mean, &variance, &tracked, 0.5};
  backend.batch_norm_statistics(backend.zeros({1, 3}, DType::f64), eps, &running);
  test::expect_values(backend, mean, {1}, {0});
  test::expect_values(backend, variance, {1}, {6});
  test::expect_values(backend, tracked, {1}, {1});
  backend.batch_norm_statistics(test::make(backend, {1, 3}, {8, 64, 1}), eps, &running);
  test::expect_values(backend, mean, {1}, {4});
  test::expect_values(backend, variance, {1}, {3});
  test::expect_values(backend, tracked, {1}, {2});
}

TEST_F(RefBatchNorm, ParameterGradientsAreTheSumsInTheTypeOfTheParameters) {
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor x = test::make(backend, {2, 1}, {1, 3}, dtype),
           dy = test::make(backend, {2, 1}, {5, 6}, dtype);
    const BatchMoments m = {test::make(backend, {1}, {2}), test::make(backend, {1}, {0.5})};
    auto own = backend.batch_norm_grad_sums(dy, {}, x, m);
    EXPECT_EQ(own.dgamma.dtype(), dtype);
    EXPECT_EQ(own.dbeta.dtype(), dtype);
    test::expect_values(backend, own.sums, {2, 1}, {11, 0.5});
    test::expect_values(backend, own.dbeta, {1}, {11});
    test::expect_values(backend, own.dgamma, {1}, {0.5});
  }
}

TEST_F(RefBatchNorm, GradientOfNoRowsIsNotDividedByZero) {
  Tensor none = backend.zeros({0, 2}, DType::f64), gamma = backend.zeros({2}, DType::f64);
  const BatchMoments m = moments(none);
  Tensor sums = backend.batch_norm_grad_sums(none, {}, none, m).sums;
  Tensor dx = backend.batch_norm_grad(none, {}, none, m, gamma, sums, count(0), false).dx;
  EXPECT_EQ(dx.shape(), none.shape());
}

TEST_F(RefBatchNorm, RefusesStatisticsThatDoNotFit) {
  Tensor even = backend.zeros({1, 4}, DType::f64), three = backend.zeros({3}, DType::f64);
  EXPECT_THROW(backend.batch_norm_statistics(even, eps, nullptr), Error);
  EXPECT_THROW(backend.batch_norm_statistics(three, eps, nullptr), Error);
  Tensor sums = backend.zeros({1, 7}, DType::f64), two = backend.zeros({2}, DType::f64);
  Tensor tracked = test::host_tensor<std::int64_t>(backend, {0});
  for (const RunningStatistics& running : {RunningStatistics{&two, &three, &tracked, 0.1},
                                           RunningStatistics{&three, &two, &tracked, 0.1},
                                           RunningStatistics{&three, &three, &two, 0.1}})
    EXPECT_THROW(backend.batch_norm_statistics(sums, eps, &running), Error);
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
  EXPECT_THROW(backend.batch_norm_grad(x, {}, x, m, three, three, count(2), false), Error);
}

}  // namespace
}  // namespace switchyard
