#include <cmath>
#include <limits>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefElementwise : public testing::TestWithParam<DType> {
 protected:
  Tensor make(const std::vector<double>& values) {
    return test::make(backend, {static_cast<std::int64_t>(values.size())}, values, GetParam());
  }

  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Types, RefElementwise, testing::Values(DType::f32, DType::f64));

TEST_P(RefElementwise, Scale) {
  test::expect_values(backend, backend.scale(make({1, -2, 0}), -0.5), {3}, {-0.5, 1, 0});
}

TEST_P(RefElementwise, AccumulateAddsInPlaceAlsoThroughAView) {
  Tensor into = make({1, 2, 3});
  Tensor view = into.rows(1, 3);
  backend.accumulate(view, make({10, 20}));
  test::expect_values(backend, into, {3}, {1, 12, 23});
  EXPECT_THROW(backend.accumulate(into, make({1, 2})), Error);
}

TEST_P(RefElementwise, AddScaledAddsInPlaceAlsoThroughAView) {
  Tensor into = make({1, 2, 3});
  Tensor view = into.rows(1, 3);
  backend.add_scaled(view, make({10, 20}), -0.5);
  test::expect_values(backend, into, {3}, {1, -3, -7});
  EXPECT_THROW(backend.add_scaled(into, make({1, 2}), 1), Error);
}

TEST_P(RefElementwise, Relu) {
  test::expect_values(backend, backend.relu(make({-1, 0, 2})), {3}, {0, 0, 2});
}

TEST_P(RefElementwise, ReluShowsADivergedRun) {
  Tensor y = backend.relu(make({std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_TRUE(std::isnan(test::values(backend, y)[0]));
}

TEST_P(RefElementwise, ReluGradientPassesWhereTheOutputIsPositive) {
  Tensor dy = make({5, 6, 7});
  test::expect_values(backend, backend.relu_grad(dy, make({0, 1e-30, 2})), {3}, {0, 6, 7});
  EXPECT_THROW(backend.relu_grad(dy, make({1})), Error);
}

TEST_P(RefElementwise, NothingIsAFineTensor) {
  Tensor none = make({});
  EXPECT_EQ(backend.scale(none, 2).numel(), 0);
  EXPECT_EQ(backend.relu(none).numel(), 0);
  EXPECT_EQ(backend.relu_grad(none, none).numel(), 0);
}

}  // namespace
}  // namespace switchyard
