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
  test::expect_values(backend, backend.global_avg_pool_grad(dy, {1, 2, 2, 2}), {1, 2, 2, 2},
                      {1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_P(RefPooling, NoImages) {
  Tensor y = backend.global_avg_pool(backend.zeros({0, 2, 2, 3}, GetParam()));
  EXPECT_EQ(y.shape(), (Shape{0, 3}));
  EXPECT_EQ(backend.global_avg_pool_grad(y, {0, 2, 2, 3}).shape(), (Shape{0, 2, 2, 3}));
}

TEST_P(RefPooling, RefusesShapesThatDoNotFit) {
  Tensor matrix = backend.zeros({2, 2}, GetParam());
  EXPECT_THROW(backend.global_avg_pool(matrix), Error);
  EXPECT_THROW(backend.global_avg_pool_grad(matrix, {2, 2}), Error);
  EXPECT_THROW(backend.global_avg_pool_grad(matrix, {2, 1, 1, 3}), Error);
}

}  // namespace
}  // namespace switchyard
