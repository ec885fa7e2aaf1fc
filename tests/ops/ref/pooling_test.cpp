#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefPooling : public testing::TestWithParam<DType> {
 protected:
  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Types, RefPooling, testing::Values(DType::f32, DType::f64));

TEST_P(RefPooling, MeanOverHeightAndWidth) {
  Tensor x = test::make(backend, {2, 1, 2, 2}, {1, 10, 3, 20, 5, 0, 6, -8}, GetParam());
  test::expect_values(backend, backend.global_avg_pool(x), {2, 2}, {2, 15, 5.5, -4});
}

TEST_P(RefPooling, GradientSpreadsEvenly) {
  Tensor dy = test::make(backend, {1, 2}, {4, 8}, GetParam());
  test::expect_values(backend, backend.global_avg_pool_grad(dy, {1, 2, 2, 2}, GetParam()),
                      {1, 2, 2, 2}, {1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_P(RefPooling, GradientHasTheTypeOfTheImages) {
  Tensor dy = test::make(backend, {1, 1}, {3}, GetParam());
  for (DType dtype : {DType::f32, DType::f64}) {
    Tensor dx = backend.global_avg_pool_grad(dy, {1, 1, 2, 1}, dtype);
    EXPECT_EQ(dx.dtype(), dtype);
    test::expect_values(backend, dx, {1, 1, 2, 1}, {1.5, 1.5});
  }
}

TEST_P(RefPooling, NoImages) {
  Tensor y = backend.global_avg_pool(backend.zeros({0, 2, 2, 3}, GetParam()));
  EXPECT_EQ(y.shape(), (Shape{0, 3}));
  EXPECT_EQ(backend.global_avg_pool_grad(y, {0, 2, 2, 3}, GetParam()).shape(), (Shape{0, 2, 2, 3}));
}

TEST_P(RefPooling, RefusesShapesThatDoNotFit) {
  Tensor matrix = backend.zeros({2, 2}, GetParam());
  EXPECT_THROW(backend.global_avg_pool(matrix), Error);
  EXPECT_THROW(backend.global_avg_pool_grad(matrix, {2, 2}, GetParam()), Error);
  EXPECT_THROW(backend.global_avg_pool_grad(matrix, {2, 1, 1, 3}, GetParam()), Error);
}

}  // namespace
}  // namespace switchyard
