#include <cmath>
#include <limits>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

class RefLosses : public testing::Test {
 protected:
  RefBackend backend;
  Tensor labels = test::indices(backend, {2, 1}, {1, 0});
  Tensor two = test::make(backend, {1}, {2});
};

// Probabilities 1/4, 3/4 and 1/2, 1/2.
TEST_F(RefLosses, CrossEntropyIsThatOfTheSoftmax) {
  const Tensor logits = test::make(backend, {2, 2}, {0, std::log(3), 5, 5});
  const double sum = -std::log(0.75) - std::log(0.5);
  test::expect_values(backend, backend.cross_entropy_sum(logits, labels, 0), {1}, {sum});
  test::expect_values(backend, backend.cross_entropy_sum_grad(two, logits, labels, 0), {2, 2},
                      {0.5, -0.5, -1, 1});
}

// Targets 1/8, 7/8 and 7/8, 1/8.
TEST_F(RefLosses, CrossEntropyWithSmoothedLabels) {
  const Tensor logits = test::make(backend, {2, 2}, {0, std::log(3), 5, 5});
  const double sum = -std::log(0.25) / 8 - 7 * std::log(0.75) / 8 - std::log(0.5);
  test::expect_values(backend, backend.cross_entropy_sum(logits, labels, 0.25), {1}, {sum});
  test::expect_values(backend, backend.cross_entropy_sum_grad(two, logits, labels, 0.25), {2, 2},
                      {0.25, -0.25, -0.75, 0.75});
}

TEST_F(RefLosses, CrossEntropyOfLargeLogitsDoesNotOverflow) {
  const Tensor logits = test::make(backend, {2, 2}, {0, 1e4, -1e4, 1e4}, DType::f32);
  test::expect_values(backend, backend.cross_entropy_sum(logits, labels, 0), {1}, {2e4});
}

TEST_F(RefLosses, CrossEntropyOfARuledOutClass) {
  const Tensor logits = test::make(backend, {2, 2}, {-kInfinity, 0, 1, -kInfinity});
  test::expect_values(backend, backend.cross_entropy_sum(logits, labels, 0), {1}, {0});
  EXPECT_EQ(test::values(backend, backend.cross_entropy_sum(logits, labels, 0.1))[0], kInfinity);
  const Tensor none = test::make(backend, {2, 2}, {0, kNone, 1, 1});
  EXPECT_TRUE(std::isnan(test::values(backend, backend.cross_entropy_sum(none, labels, 0))[0]));
}

// Mean 3, variance 2, denominator 4; d/dx_i = 2 / (3 16) (x_i - 3 - 2 / 4).
TEST_F(RefLosses, SquaredVariation) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = test::make(backend, {3}, {2, 2, 5}, dtype);
    test::expect_values(backend, backend.squared_cv(x, 1), {1}, {2.0 / 16});
    test::expect_values(backend, backend.squared_cv_grad(backend.full({1}, dtype, 24), x, 1), {3},
                        {-1.5, -1.5, 1.5});
  }
}

TEST_F(RefLosses, TellsFiniteNumbersFromTheRest) {
  for (DType dtype : {DType::f32, DType::f64})
    for (double x : {0.0, -3.0, 1e38, kInfinity, -kInfinity, kNone}) {
      const Tensor flag = backend.not_finite(backend.full({1}, dtype, x));
      EXPECT_EQ(flag.dtype(), DType::f64);
      test::expect_values(backend, flag, {1}, {std::isfinite(x) ? 0.0 : 1.0}, 0);
    }
}

TEST_F(RefLosses, RefuseWhatDoesNotFit) {
  const Tensor logits = backend.zeros({2, 2}, DType::f64);
  const Tensor far = test::indices(backend, {2, 1}, {0, 2}), flat = labels.reshape({2});
  const Tensor narrow = backend.zeros({2, 0}, DType::f64);
  EXPECT_THROW(backend.cross_entropy_sum(logits, far, 0), Error);
  EXPECT_THROW(backend.cross_entropy_sum(logits, flat, 0), Error);
  EXPECT_THROW(backend.cross_entropy_sum(narrow, labels, 0), Error);
  EXPECT_THROW(backend.cross_entropy_sum_grad(logits, logits, labels, 0), Error);
  EXPECT_THROW(backend.squared_cv(backend.zeros({0}, DType::f64), 1), Error);
  EXPECT_THROW(backend.squared_cv_grad(logits, backend.zeros({2}, DType::f64), 1), Error);
  EXPECT_THROW(backend.not_finite(logits), Error);
}

}  // namespace
}  // namespace switchyard
