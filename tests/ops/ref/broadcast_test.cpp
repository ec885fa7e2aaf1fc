#include <algorithm>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

// The element of `x` that stands at flat position `i` of a tensor of shape `large`.
double element(const std::vector<double>& x, const Shape& small, const Shape& large,
               std::int64_t i) {
  std::vector<std::int64_t> coordinates(large.size());
  for (std::size_t d = large.size(); d-- > 0; i /= large[d]) coordinates[d] = i % large[d];
  std::int64_t flat = 0;
  for (std::size_t d = 0; d < small.size(); ++d) {
    std::int64_t c = coordinates[large.size() - small.size() + d];
    flat = flat * small[d] + (small[d] == 1 ? 0 : c);
  }
  return x[flat];
}

struct Case {
  Shape a, b, y;
};

class RefBroadcast : public testing::TestWithParam<Case> {
 protected:
  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Shapes, RefBroadcast,
                         testing::Values(Case{{2, 3}, {2, 3}, {2, 3}}, Case{{4, 3}, {3}, {4, 3}},
                                         Case{{4, 3}, {4, 1}, {4, 3}}, Case{{4, 1}, {1, 3}, {4, 3}},
                                         Case{{}, {2, 2}, {2, 2}}, Case{{}, {}, {}},
                                         Case{{1}, {}, {1}},
                                         Case{{2, 1, 3, 1}, {5, 1, 4}, {2, 5, 3, 4}},
                                         Case{{0, 3}, {3}, {0, 3}}, Case{{2, 0}, {2, 1}, {2, 0}},
                                         Case{{1, 3}, {0, 1}, {0, 3}}));

TEST_P(RefBroadcast, BinaryMatchesTheDefinition) {
  const auto& [a_shape, b_shape, y_shape] = GetParam();
  Tensor a = test::noise(backend, a_shape, 1), b = test::noise(backend, b_shape, 2);
  const auto as = test::values(backend, a), bs = test::values(backend, b);
  std::vector<double> sum, difference, product;
  for (std::int64_t i = 0; i < count_elements(y_shape); ++i) {
    const double u = element(as, a_shape, y_shape, i), v = element(bs, b_shape, y_shape, i);
    sum.push_back(u + v);
    difference.push_back(u - v);
    product.push_back(u * v);
  }
  test::expect_values(backend, backend.binary(BinaryOp::add, a, b), y_shape, sum, 0);
  test::expect_values(backend, backend.binary(BinaryOp::sub, a, b), y_shape, difference, 0);
  test::expect_values(backend, backend.binary(BinaryOp::mul, a, b), y_shape, product, 0);
}

TEST_P(RefBroadcast, BroadcastMatchesTheDefinition) {
  const auto& [a_shape, b_shape, y_shape] = GetParam();
  Tensor a = test::noise(backend, a_shape, 1);
  const auto as = test::values(backend, a);
  std::vector<double> expected;
  for (std::int64_t i = 0; i < count_elements(y_shape); ++i) {
    expected.push_back(element(as, a_shape, y_shape, i));
  }
  test::expect_values(backend, backend.broadcast_to(a, y_shape), y_shape, expected, 0);
}

TEST_P(RefBroadcast, SumIsTheAdjoint) {
  const auto& [a_shape, b_shape, y_shape] = GetParam();
  Tensor b = test::noise(backend, b_shape, 1), y = test::noise(backend, y_shape, 2);
  Tensor sum = backend.sum_to(y, b_shape);
  EXPECT_EQ(sum.shape(), b_shape);
  EXPECT_NEAR(backend.dot(sum, b), backend.dot(y, backend.broadcast_to(b, y_shape)), 1e-12);
}

TEST(RefSumTo, HandNumbers) {
  RefBackend backend;
  Tensor x = test::make(backend, {2, 3}, {1, 2, 3, 4, 5, 6}, DType::f32);
  test::expect_values(backend, backend.sum_to(x, {3}), {3}, {5, 7, 9});
  test::expect_values(backend, backend.sum_to(x, {2, 1}), {2, 1}, {6, 15});
  test::expect_values(backend, backend.sum_to(x, {}), {}, {21});
  test::expect_values(backend, backend.sum_to(x, {2, 3}), {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(RefSumTo, NoRowsSumToZero) {
  RefBackend backend;
  test::expect_values(backend, backend.sum_to(backend.zeros({0, 2}, DType::f32), {2}), {2}, {0, 0});
}

TEST(RefSumTo, FloatSumsAreRoundedOnce) {
  RefBackend backend;
  Tensor tenths = backend.full({100000}, DType::f32, 0.1);
  EXPECT_FLOAT_EQ(backend.sum_to(tenths, {}).span<float>()[0], 10000.0f);
}

TEST(RefBroadcastErrors, ShapesThatDoNotFit) {
  RefBackend backend;
  Tensor a = backend.zeros({2, 3}, DType::f64), b = backend.zeros({2}, DType::f64);
  EXPECT_THROW(backend.binary(BinaryOp::add, a, b), Error);
  EXPECT_THROW(backend.binary(BinaryOp::add, a, backend.zeros({3}, DType::f32)), Error);
  EXPECT_THROW(backend.broadcast_to(a, {3}), Error);
  EXPECT_THROW(backend.sum_to(b, {2, 3}), Error);
}

}  // namespace
}  // namespace switchyard
