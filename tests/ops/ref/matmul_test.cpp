#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefMatmul : public testing::TestWithParam<DType> {
 protected:
  RefBackend backend;
  const Activation none = Activation::none;
};

INSTANTIATE_TEST_SUITE_P(Types, RefMatmul, testing::Values(DType::f32, DType::f64));

TEST_P(RefMatmul, HandNumbersUnderEveryTransposition) {
  Tensor a = test::make(backend, {2, 3}, {1, 2, 3, 4, 5, 6}, GetParam());
  Tensor at = test::make(backend, {3, 2}, {1, 4, 2, 5, 3, 6}, GetParam());
  Tensor b = test::make(backend, {3, 2}, {7, 8, 9, 10, 11, 12}, GetParam());
  Tensor bt = test::make(backend, {2, 3}, {7, 9, 11, 8, 10, 12}, GetParam());
  const std::vector<double> expected = {58, 64, 139, 154};
  const auto no = Transpose::no, yes = Transpose::yes;
  test::expect_values(backend, backend.matmul(a, no, b, no), {2, 2}, expected);
  test::expect_values(backend, backend.matmul(at, yes, b, no), {2, 2}, expected);
  test::expect_values(backend, backend.matmul(a, no, bt, yes), {2, 2}, expected);
  test::expect_values(backend, backend.matmul(at, yes, bt, yes), {2, 2}, expected);
}

TEST_P(RefMatmul, LinearIsTimesTransposedWeightPlusBias) {
  Tensor x = test::make(backend, {2, 2}, {1, 2, 3, 4}, GetParam());
  Tensor w = test::make(backend, {3, 2}, {1, 0, 0, 1, 1, -1}, GetParam());
  Tensor bias = test::make(backend, {3}, {10, 20, 30}, GetParam());
  test::expect_values(backend, backend.linear(x, w, {}, none), {2, 3}, {1, 2, -1, 3, 4, -1});
  test::expect_values(backend, backend.linear(x, w, bias, none), {2, 3}, {11, 22, 29, 13, 24, 29});
}

TEST_P(RefMatmul, LinearActivatesItsResult) {
  Tensor x = test::make(backend, {2, 1}, {1, -1}, GetParam());
  Tensor w = test::make(backend, {2, 1}, {2, -3}, GetParam());
  Tensor bias = test::make(backend, {2}, {0.5, 0.5}, GetParam());
  const Activation relu = Activation::relu;
  test::expect_values(backend, backend.linear(x, w, {}, relu), {2, 2}, {2, 0, 0, 3});
  test::expect_values(backend, backend.linear(x, w, bias, relu), {2, 2}, {2.5, 0, 0, 3.5});
}

TEST_P(RefMatmul, AnEmptySumIsZero) {
  Tensor a = backend.zeros({2, 0}, GetParam()), b = backend.zeros({0, 3}, GetParam());
  test::expect_values(backend, backend.matmul(a, Transpose::no, b, Transpose::no), {2, 3},
                      {0, 0, 0, 0, 0, 0});
  Tensor c = backend.zeros({3, 2}, GetParam());
  EXPECT_EQ(backend.matmul(b, Transpose::no, c, Transpose::no).shape(), (Shape{0, 2}));
}

TEST_P(RefMatmul, RefusesShapesThatDoNotFit) {
  Tensor a = backend.zeros({2, 3}, GetParam());
  EXPECT_THROW(backend.matmul(a, Transpose::no, a, Transpose::no), Error);
  EXPECT_THROW(backend.linear(a, a, backend.zeros({3}, GetParam()), none), Error);
  EXPECT_THROW(backend.linear(a, backend.zeros({6}, GetParam()), {}, none), Error);
  EXPECT_THROW(backend.linear(a, backend.zeros({2, 3}, DType::i32), {}, none), Error);
}

}  // namespace
}  // namespace switchyard
