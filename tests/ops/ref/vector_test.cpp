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

TEST(RefDot, DotsAddUpPairs) {
  RefBackend backend;
  const std::vector<Tensor> a = {test::make(backend, {2}, {1, 2}),
                                 test::make(backend, {1, 1}, {3}, DType::f32),
                                 backend.zeros({0}, DType::f64)};
  const std::vector<Tensor> b = {test::make(backend, {2}, {10, 100}),
                                 test::make(backend, {1, 1}, {1000}, DType::f32), a[2]};
  test::expect_values(backend, backend.dots(a, b), {1}, {3210});
  test::expect_values(backend, backend.dots({}, {}), {1}, {0});
  EXPECT_THROW(backend.dots(a, std::span(b).first(2)), Error);
  EXPECT_THROW(backend.dots(std::span(a).first(2), std::span(b).last(2)), Error);
}

class RefSgd : public testing::TestWithParam<DType> {
 protected:
  Tensor make(double value) { return test::make(backend, {1}, {value}, GetParam()); }
  Tensor scalar(double value) { return test::make(backend, {1}, {value}); }
  void step(const Tensor& gradient, const SgdSpec& spec, const SgdScalars& scalars) {
    const SgdSlot slot{&p, &gradient, &m};
    backend.sgd_step({&slot, 1}, spec, scalars);
  }

  RefBackend backend;
  Tensor p = make(1), m = make(0);
};

INSTANTIATE_TEST_SUITE_P(Types, RefSgd, testing::Values(DType::f32, DType::f64));

// Two steps from p = 1, m = 0 under gradients 2 and 1, by hand.
TEST_P(RefSgd, MomentumAndDecay) {
  const SgdSpec spec = {.momentum = 0.5, .weight_decay = 0.25};
  const SgdScalars scalars{scalar(0.5), {}, {}};
  step(make(2), spec, scalars);
  test::expect_values(backend, m, {1}, {2.25});
  test::expect_values(backend, p, {1}, {-0.125});
  step(make(1), spec, scalars);
  test::expect_values(backend, m, {1}, {2.09375});
  test::expect_values(backend, p, {1}, {-1.171875});
}

TEST_P(RefSgd, NesterovLooksAhead) {
  m = make(4);
  step(make(2), {.momentum = 0.5, .nesterov = true}, {scalar(0.5), {}, {}});
  test::expect_values(backend, m, {1}, {4});
  test::expect_values(backend, p, {1}, {-1});
}

// The factor counts for the gradient, not for the decay: d = 0.25 * 8 + 0.5 * 1.
TEST_P(RefSgd, FactorScalesGradients) {
  step(make(8), {.momentum = 0, .weight_decay = 0.5}, {scalar(2), scalar(0.25), scalar(0)});
  test::expect_values(backend, m, {1}, {2.5});
  test::expect_values(backend, p, {1}, {-4});
}

TEST_P(RefSgd, SkippingChangesNothing) {
  m = make(3);
  step(make(8), {.weight_decay = 0.5}, {scalar(2), scalar(0.25), scalar(1)});
  test::expect_values(backend, m, {1}, {3}, 0);
  test::expect_values(backend, p, {1}, {1}, 0);
}

TEST_P(RefSgd, UpdatesEverySlotInPlace) {
  Tensor q = make(10), n = make(0), g = make(1), h = make(2), seen_elsewhere = q;
  const SgdSlot slots[] = {{&p, &g, &m}, {&q, &h, &n}};
  backend.sgd_step(slots, {.momentum = 0}, {scalar(1), {}, {}});
  test::expect_values(backend, p, {1}, {0});
  test::expect_values(backend, seen_elsewhere, {1}, {8});
}

TEST_P(RefSgd, RefusesWhatDoesNotFit) {
  const SgdScalars scalars{scalar(1), {}, {}};
  EXPECT_THROW(step(backend.zeros({3}, GetParam()), {}, scalars), Error);
  EXPECT_THROW(step(Tensor{}, {}, scalars), Error);
  EXPECT_THROW(step(make(1), {}, {}), Error);
  EXPECT_THROW(step(make(1), {}, {scalar(1), backend.zeros({2}, DType::f64), {}}), Error);
}

}  // namespace
}  // namespace switchyard
