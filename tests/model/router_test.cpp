// Routers against hand numbers.

#include "model/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/lone_rank.hpp"
#include "ops/arithmetic.hpp"

namespace switchyard::test {
namespace {

using Row = std::vector<double>;

HeadConfig quiet_head(HeadKind kind = HeadKind::sparse_moe) {
  HeadConfig head;
  head.kind = kind;
  head.experts = 4;
  head.gate_standardize = false;
  head.gate_noise = false;
  head.gate_input_dropout = head.gate_logit_dropout = 0;
  return head;
}

class Router : public testing::Test {
 protected:
  // Routes rows whose gate logits are the rows themselves, and whose noise layer gives zeros.
  template <class R = TopKRouter>
  Routing route(const HeadConfig& head, Mode mode, const std::vector<Row>& rows,
                std::vector<std::int64_t> ids = {}, Tensor gate_noise = {}) {
    std::int64_t e = head.experts;
    ModelState state(rank.backend, DType::f64, 1);
    R router(state, "gate", head.experts, head);
    for (Parameter& p : state.parameters())
      p.value = rank.backend.zeros(p.value.shape(), DType::f64);
    for (std::int64_t i = 0; i < e; ++i)
      state.parameters()[0].value.data<double>()[i * e + i] = 1.0;
    Row flat;
    for (const Row& row : rows) flat.insert(flat.end(), row.begin(), row.end());
    for (std::size_t i = ids.size(); i < rows.size(); ++i)
      ids.push_back(static_cast<std::int64_t>(i));
    Tape tape(rank.backend, Recording::off);
    ForwardContext context = rank.context(tape, mode, ids);
    context.gate_noise = std::move(gate_noise);
    Variable h =
        tape.constant(make(rank.backend, {static_cast<std::int64_t>(rows.size()), e}, flat));
    return router.forward(context, h);
  }

  Row row(const Variable& x, std::int64_t r) {
    return values(rank.backend, x.value().rows(r, r + 1));
  }
  void expect_row(const Variable& x, std::int64_t r, const Row& expected) {
    Row found = row(x, r);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-14) << i;
  }

  LoneRank rank;
};

const double e1 = std::exp(1.0), e2 = std::exp(2.0), e3 = std::exp(3.0);

TEST_F(Router, StandardisesRowsByTheUnbiasedDeviation) {
  HeadConfig head = quiet_head();
  head.gate_standardize = true;
  // Mean 3, squares 14: deviation sqrt(14/3). The second row has none.
  Routing r = route(head, Mode::eval, {{1, 2, 3, 6}, {5, 5, 5, 5}});
  double s = std::sqrt(14.0 / 3.0) + 1e-5;
  expect_row(r.clean_logits, 0, {-2 / s, -1 / s, 0, 3 / s});
  expect_row(r.clean_logits, 1, {0, 0, 0, 0});
}

TEST_F(Router, RenormalisesOverTheChosen) {
  Routing r = route(quiet_head(), Mode::train, {{1, 3, 2, 0}, {0, 0, 1, 2}});
  std::vector<std::int32_t> chosen(4);
  rank.backend.to_host(r.chosen, chosen.data());
  EXPECT_EQ(chosen, (std::vector<std::int32_t>{1, 2, 3, 2}));
  expect_row(r.weights, 0, {e1 / (1 + e1), 1 / (1 + e1)});
  expect_row(r.probs, 0, {0, e1 / (1 + e1), 1 / (1 + e1), 0});
  expect_row(r.probs, 1, {0, 0, 1 / (1 + e1), e1 / (1 + e1)});
  EXPECT_FALSE(r.noise.defined());
}

TEST_F(Router, WeighsByTheFullSoftmaxWhereAsked) {
  HeadConfig head = quiet_head();
  head.gate_weights = GateWeights::full_softmax;
  double sum = e1 + e3 + e2 + 1;
  expect_row(route(head, Mode::train, {{1, 3, 2, 0}}).probs, 0, {0, e3 / sum, e2 / sum, 0});
}

TEST_F(Router, OfOneExpertWeighsByItsProbability) {
  Routing r = route(quiet_head(HeadKind::hard_moe), Mode::train, {{1, 3, 2, 0}});
  ASSERT_EQ(r.chosen.shape(), (Shape{1, 1}));
  expect_row(r.probs, 0, {0, e3 / (e1 + e3 + e2 + 1), 0, 0});
}

TEST_F(Router, DividesLogitsByTheTemperature) {
  HeadConfig head = quiet_head();
  head.temperature = 0.5;
  expect_row(route(head, Mode::eval, {{1, 3, 2, 0}}).weights, 0, {e2 / (1 + e2), 1 / (1 + e2)});
  expect_row(route<SoftRouter>(head, Mode::eval, {{0, 0.5, 1, 1.5}}).probs, 0,
             {1 / (1 + e1 + e2 + e3), e1 / (1 + e1 + e2 + e3), e2 / (1 + e1 + e2 + e3),
              e3 / (1 + e1 + e2 + e3)});
}

TEST_F(Router, OfAllExpertsIsTheSoftOne) {
  HeadConfig head = quiet_head();
  head.k = 4;
  Row logits = {0.3, -1, 2, 0.7};
  expect_row(route(head, Mode::train, {logits}).probs, 0,
             row(route<SoftRouter>(head, Mode::train, {logits}).probs, 0));
}

TEST_F(Router, OfASingleSoftExpertGivesItEverything) {
  HeadConfig head = quiet_head(HeadKind::soft_moe);
  head.experts = 1;
  expect_row(route<SoftRouter>(head, Mode::train, {{-3.0}}).probs, 0, {1.0});
}

TEST_F(Router, RoutesByStandardisedLogits) {
  HeadConfig head = quiet_head();
  head.gate_standardize = true;
  Routing r = route(head, Mode::train, {{1, 2, 3, 6}});
  double s = std::sqrt(14.0 / 3.0) + 1e-5;
  expect_row(r.gate_logits, 0, {1, 2, 3, 6});
  expect_row(r.clean_logits, 0, {-2 / s, -1 / s, 0, 3 / s});
  double first = std::exp(3 / s);
  expect_row(r.weights, 0, {first / (first + 1), 1 / (first + 1)});
}

TEST_F(Router, IsNoisyInTrainingAndInEvaluationOnlyWhereAsked) {
  HeadConfig head = quiet_head();
  head.gate_noise = true;
  auto noisy = [&](Mode mode) { return route(head, mode, {{1, 3, 2, 0}}).noise.defined(); };
  EXPECT_TRUE(noisy(Mode::train));
  EXPECT_FALSE(noisy(Mode::eval));
  head.eval_gate_noise = true;
  EXPECT_TRUE(noisy(Mode::eval));
  head.gate_noise = false;
  EXPECT_FALSE(noisy(Mode::eval));
  EXPECT_FALSE(noisy(Mode::train));
}

TEST_F(Router, AddsNoiseOfTheLearnedDeviation) {
  HeadConfig head = quiet_head();
  head.gate_noise = true;
  Routing r =
      route(head, Mode::train, {{1, 3, 2, 0}}, {}, make(rank.backend, {1, 4}, {1, -1, 2, 0.5}));
  double s = std::log(2.0) + 0.3;  // softplus(0) and the floor
  expect_row(r.noise_std, 0, {s, s, s, s});
  expect_row(r.routing_logits, 0, {1 + s, 3 - s, 2 + 2 * s, 0.5 * s});
  expect_row(r.clean_logits, 0, {1, 3, 2, 0});
}

TEST_F(Router, DrawsNoiseBySample) {
  HeadConfig head = quiet_head();
  head.gate_noise = true;
  Row x = {1, 3, 2, 0};
  Tensor both = route(head, Mode::train, {x, x}, {40, 7}).noise;
  expect_equal(rank.backend, both.rows(1, 2), route(head, Mode::train, {x}, {7}).noise, 0);
  EXPECT_NE(values(rank.backend, both.rows(0, 1)), values(rank.backend, both.rows(1, 2)));
}

TEST_F(Router, DropsGateInputsAndLogitsInTrainingOnly) {
  HeadConfig head = quiet_head();
  head.gate_logit_dropout = 0.5;
  std::vector<Row> rows(50, Row{1, 1, 1, 1});
  auto counts = [&](const Variable& x) {
    Row v = values(rank.backend, x.value());
    return std::pair{std::count(v.begin(), v.end(), 0.0), std::count(v.begin(), v.end(), 2.0)};
  };
  auto [dropped, kept] = counts(route(head, Mode::train, rows).routing_logits);
  EXPECT_EQ(dropped + kept, 200);
  EXPECT_NEAR(static_cast<double>(dropped), 100.0, 30.0);
  EXPECT_EQ(counts(route(head, Mode::eval, rows).routing_logits).first, 0);
  head.gate_logit_dropout = 0;
  head.gate_input_dropout = 0.5;
  auto [inputs_dropped, inputs_kept] = counts(route(head, Mode::train, rows).gate_logits);
  EXPECT_EQ(inputs_dropped + inputs_kept, 200);
  EXPECT_NEAR(static_cast<double>(inputs_dropped), 100.0, 30.0);
}

// d probs / d gate weights of a hard router.
double gate_gradient(LoneRank& rank, GateWeights weights) {
  HeadConfig head = quiet_head(HeadKind::hard_moe);
  head.gate_weights = weights;
  ModelState state(rank.backend, DType::f64, 1);
  TopKRouter router(state, "gate", 3, head);
  Tape tape(rank.backend, Recording::on);
  ForwardContext context = rank.context(tape, Mode::train, {0, 1});
  Variable h = tape.constant(noise(rank.backend, {2, 3}, 4));
  Variable sum = sum_all(tape, router.forward(context, h).weights);
  tape.backward(sum, rank.backend.full({1}, DType::f64, 1.0));
  const Tensor& g = state.find_parameter("gate.w_gate.weight")->grad.value;
  return rank.backend.dot(g, g);
}

TEST_F(Router, OfOneExpertLearnsOnlyByTheFullSoftmax) {
  EXPECT_GT(gate_gradient(rank, GateWeights::automatic), 1e-4);
  EXPECT_LT(gate_gradient(rank, GateWeights::renormalised), 1e-30);
}

}  // namespace
}  // namespace switchyard::test
