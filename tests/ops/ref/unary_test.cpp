#include <cmath>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

struct Case {
  UnaryOp op;
  double (*definition)(double);
  std::vector<double> points;
};

class RefUnary : public testing::TestWithParam<Case> {
 protected:
  RefBackend backend;
};

const std::vector<double> everywhere = {-3, -0.7, 0, 0.2, 1, 2.5};
const std::vector<double> positive = {0.1, 0.5, 1, 2, 7};

INSTANTIATE_TEST_SUITE_P(
    Functions, RefUnary,
    testing::Values(
        Case{UnaryOp::exp, [](double x) { return std::exp(x); }, everywhere},
        Case{UnaryOp::log, [](double x) { return std::log(x); }, positive},
        Case{UnaryOp::reciprocal, [](double x) { return 1 / x; }, {-2, -0.5, 0.25, 3}},
        Case{UnaryOp::square, [](double x) { return x * x; }, everywhere},
        Case{UnaryOp::sqrt, [](double x) { return std::sqrt(x); }, positive},
        Case{UnaryOp::softplus, [](double x) { return std::log(1 + std::exp(x)); }, everywhere},
        Case{UnaryOp::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, everywhere},
        Case{UnaryOp::normal_cdf, [](double x) { return (1 + std::erf(x / std::sqrt(2))) / 2; },
             everywhere}));

TEST_P(RefUnary, IsTheFunctionInBothTypes) {
  const auto& [op, definition, points] = GetParam();
  std::vector<double> expected;
  for (double x : points) expected.push_back(definition(x));
  const Shape shape = {static_cast<std::int64_t>(points.size())};
  test::expect_values(backend, backend.unary(op, 0, test::make(backend, shape, points)), shape,
                      expected, 1e-13);
  Tensor narrow = backend.unary(op, 0, test::make(backend, shape, points, DType::f32));
  EXPECT_EQ(narrow.dtype(), DType::f32);
  test::expect_values(backend, narrow, shape, expected, 1e-5);
}

// Each order against central differences of the order below.
TEST_P(RefUnary, DerivativesMatchDifferences) {
  const auto& [op, definition, points] = GetParam();
  const Shape shape = {static_cast<std::int64_t>(points.size())};
  const double h = 1e-5;
  Tensor x = test::make(backend, shape, points), step = backend.full(shape, DType::f64, h);
  Tensor right = backend.binary(BinaryOp::add, x, step);
  Tensor left = backend.binary(BinaryOp::sub, x, step);
  for (int order : {1, 2}) {
    Tensor difference = backend.binary(BinaryOp::sub, backend.unary(op, order - 1, right),
                                       backend.unary(op, order - 1, left));
    const auto expected = test::values(backend, backend.scale(difference, 1 / (2 * h)));
    const auto found = test::values(backend, backend.unary(op, order, x));
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i], expected[i], 1e-6 * (1 + std::abs(expected[i])))
          << "order " << order << " at " << points[i];
    }
  }
}

TEST(RefUnaryEdges, DerivativesOfTheRootAtZeroAreZero) {
  RefBackend backend;
  Tensor zero = backend.zeros({1}, DType::f64);
  for (int order : {0, 1, 2}) {
    test::expect_values(backend, backend.unary(UnaryOp::sqrt, order, zero), {1}, {0}, 0);
  }
}

TEST(RefUnaryEdges, LargeArgumentsNeitherOverflowNorCancel) {
  RefBackend backend;
  Tensor x = test::make(backend, {2}, {-800, 800});
  test::expect_values(backend, backend.unary(UnaryOp::softplus, 0, x), {2}, {0, 800}, 0);
  test::expect_values(backend, backend.unary(UnaryOp::sigmoid, 0, x), {2}, {0, 1}, 0);
  Tensor slope = backend.unary(UnaryOp::sigmoid, 1, test::make(backend, {1}, {40}));
  EXPECT_NEAR(test::values(backend, slope)[0] / std::exp(-40.0), 1, 1e-12);
  Tensor tail = backend.unary(UnaryOp::normal_cdf, 0, test::make(backend, {1}, {-10}));
  EXPECT_NEAR(test::values(backend, tail)[0] / 7.61985302416052606e-24, 1, 1e-10);
}

TEST(RefUnaryEdges, RefusesHigherOrdersAndIntegers) {
  RefBackend backend;
  EXPECT_THROW(backend.unary(UnaryOp::exp, 3, backend.zeros({1}, DType::f64)), Error);
  EXPECT_THROW(backend.unary(UnaryOp::exp, 0, backend.zeros({1}, DType::i32)), Error);
}

}  // namespace
}  // namespace switchyard
