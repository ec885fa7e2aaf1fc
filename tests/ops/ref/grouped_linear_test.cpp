#include "ops/kernels/host_data.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

// Three groups of 2, 0 and 1 rows.
class RefGroupedLinear : public testing::Test {
 protected:
  Tensor begins(const std::vector<std::int64_t>& offsets) {
    return test::host_tensor(backend, offsets);
  }

  RefBackend backend;
  Tensor offsets = begins({0, 2, 2, 3});
  Tensor x = test::make(backend, {3, 2}, {1, 2, 3, 4, 5, 6});
  std::vector<Tensor> weights = {test::make(backend, {1, 2}, {1, 1}),
                                 test::make(backend, {1, 2}, {100, 100}),
                                 test::make(backend, {1, 2}, {2, -1})};
  std::vector<Tensor> biases = {test::make(backend, {1}, {10}), test::make(backend, {1}, {20}),
                                test::make(backend, {1}, {30})};
  Tensor dy = test::make(backend, {3, 1}, {1, 2, 3});
};

TEST_F(RefGroupedLinear, EveryGroupHasItsOwnWeights) {
  test::expect_values(backend, backend.grouped_linear(x, offsets, weights, {}), {3, 1}, {3, 7, 4});
  test::expect_values(backend, backend.grouped_linear(x, offsets, weights, biases), {3, 1},
                      {13, 17, 34});
}

TEST_F(RefGroupedLinear, ActivatesAfterTheBias) {
  std::vector<Tensor> low = {test::make(backend, {1}, {-5}), biases[1],
                             test::make(backend, {1}, {-4.5})};
  test::expect_values(backend, backend.grouped_linear(x, offsets, weights, low, Activation::relu),
                      {3, 1}, {0, 2, 0});
}

TEST_F(RefGroupedLinear, GradientOfTheInput) {
  test::expect_values(backend, backend.grouped_linear_grad_input(dy, offsets, weights), {3, 2},
                      {1, 1, 2, 2, 6, -3});
}

TEST_F(RefGroupedLinear, GradientsOfTheParametersAreZeroForAnEmptyGroup) {
  auto dw = backend.grouped_linear_grad_weight(x, dy, offsets);
  ASSERT_EQ(dw.size(), 3u);
  test::expect_values(backend, dw[0], {1, 2}, {7, 10});
  test::expect_values(backend, dw[1], {1, 2}, {0, 0});
  test::expect_values(backend, dw[2], {1, 2}, {15, 18});
  auto db = backend.grouped_linear_grad_bias(dy, offsets);
  ASSERT_EQ(db.size(), 3u);
  test::expect_values(backend, db[0], {1}, {3});
  test::expect_values(backend, db[1], {1}, {0});
  test::expect_values(backend, db[2], {1}, {3});
}

TEST_F(RefGroupedLinear, NoRowsAtAll) {
  const Tensor none = begins({0, 0, 0, 0});
  Tensor empty = backend.zeros({0, 2}, DType::f64);
  EXPECT_EQ(backend.grouped_linear(empty, none, weights, biases).shape(), (Shape{0, 1}));
}

TEST_F(RefGroupedLinear, RefusesOffsetsThatDoNotFit) {
  const Tensor short_by_one = begins({0, 2, 3}), beyond = begins({0, 2, 2, 4}),
               falling = begins({0, 2, 1, 3});
  EXPECT_THROW(backend.grouped_linear(x, short_by_one, weights, {}), Error);
  EXPECT_THROW(backend.grouped_linear(x, beyond, weights, {}), Error);
  EXPECT_THROW(backend.grouped_linear(x, falling, weights, {}), Error);
  EXPECT_THROW(backend.grouped_linear(x, offsets, weights, std::span(biases).first(1)), Error);
  EXPECT_THROW(backend.grouped_linear(x, backend.zeros({4}, DType::i32), weights, {}), Error);
}

}  // namespace
}  // namespace switchyard
