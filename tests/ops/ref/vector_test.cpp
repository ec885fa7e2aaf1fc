#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefVector : public testing::TestWithParam<DType> {
 protected:
  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Types, RefVector, testing::Values(DType::f32, DType::f64));

TEST_P(RefVector, Dot) {
  Tensor a = test::make(backend, {2, 2}, {1, 2, 3, 4}, GetParam());
  Tensor b = test::make(backend, {2, 2}, {5, -6, 7, 0.5}, GetParam());
  EXPECT_DOUBLE_EQ(backend.dot(a, b), 16);
  EXPECT_EQ(backend.dot(backend.zeros({0}, GetParam()), backend.zeros({0}, GetParam())), 0);
  EXPECT_THROW(backend.dot(a, a.rows(0, 1)), Error);
}

TEST(RefDot, FloatProductsAreSummedInDouble) {
  RefBackend backend;
  Tensor a = test::make(backend, {3}, {1e8, 1, -1e8}, DType::f32);
  EXPECT_EQ(backend.dot(a, backend.full({3}, DType::f32, 1)), 1);
}

// Two steps from p = 1, m = 0 under gradients 2 and 1, by hand.
TEST_P(RefVector, SgdWithMomentumAndDecay) {
  const SgdSpec spec = {.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 0.25};
  Tensor p = test::make(backend, {1}, {1}, GetParam()), m = backend.zeros({1}, GetParam());
  backend.sgd_step(p, test::make(backend, {1}, {2}, GetParam()), m, spec);
  test::expect_values(backend, m, {1}, {2.25});
  test::expect_values(backend, p, {1}, {-0.125});
  backend.sgd_step(p, test::make(backend, {1}, {1}, GetParam()), m, spec);
  test::expect_values(backend, m, {1}, {2.09375});
  test::expect_values(backend, p, {1}, {-1.171875});
}

TEST_P(RefVector, SgdWithNesterovLooksAhead) {
  const SgdSpec spec = {.learning_rate = 0.5, .momentum = 0.5, .nesterov = true};
  Tensor p = test::make(backend, {1}, {1}, GetParam());
  Tensor m = test::make(backend, {1}, {4}, GetParam());
  backend.sgd_step(p, test::make(backend, {1}, {2}, GetParam()), m, spec);
  test::expect_values(backend, m, {1}, {4});
  test::expect_values(backend, p, {1}, {-1});
}

TEST_P(RefVector, SgdRefusesAStrangersGradient) {
  Tensor p = backend.zeros({2}, GetParam()), m = backend.zeros({2}, GetParam());
  EXPECT_THROW(backend.sgd_step(p, backend.zeros({3}, GetParam()), m, {}), Error);
  EXPECT_THROW(backend.sgd_step(p, Tensor{}, m, {}), Error);
}

}  // namespace
}  // namespace switchyard
