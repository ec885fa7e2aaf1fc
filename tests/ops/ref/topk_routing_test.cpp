#include <cmath>

#include "ops/ref/differences.hpp"

namespace switchyard {
namespace {

constexpr double kTolerance = 1e-6;  // of central differences where a row is nearly constant

class RefTopKRouting : public testing::TestWithParam<DType> {
 protected:
  Tensor make(Shape shape, const std::vector<double>& values) {
    return test::make(backend, std::move(shape), values, GetParam());
  }
  TopKInputs gate(const Tensor& logits) {
    TopKInputs inputs;
    inputs.gate_logits = logits;
    return inputs;
  }

  RefBackend backend;
  const double tolerance = GetParam() == DType::f32 ? 1e-6 : 1e-12;
};

INSTANTIATE_TEST_SUITE_P(Types, RefTopKRouting, testing::Values(DType::f32, DType::f64));

// e^logits are 1, 2 and 8, or their squares at half the temperature.
TEST_P(RefTopKRouting, WeightsAreTheSoftmaxOfTheChosen) {
  const Tensor logits = make({1, 3}, {0, std::log(2), std::log(8)});
  const auto found = backend.route_topk(gate(logits), {.k = 2, .standardize = false});
  EXPECT_EQ(found.chosen.dtype(), DType::i32);
  test::expect_values(backend, found.chosen, {1, 2}, {2, 1});
  test::expect_values(backend, found.weights, {1, 2}, {0.8, 0.2}, tolerance);
  test::expect_values(backend, found.probs, {1, 3}, {0, 0.2, 0.8}, tolerance);
  EXPECT_FALSE(found.noise_std.defined());
  const TopKSpec cold{.k = 2, .standardize = false, .temperature = 0.5};
  test::expect_values(backend, backend.route_topk(gate(logits), cold).weights, {1, 2},
                      {64 / 68.0, 4 / 68.0}, tolerance);
}

TEST_P(RefTopKRouting, WeightsOfTheFullSoftmax) {
  const Tensor logits = make({1, 3}, {0, std::log(2), std::log(5)});
  const TopKSpec spec{.k = 2, .standardize = false, .full_softmax = true};
  const auto found = backend.route_topk(gate(logits), spec);
  test::expect_values(backend, found.weights, {1, 2}, {5 / 8.0, 2 / 8.0}, tolerance);
  test::expect_values(backend, found.probs, {1, 3}, {0, 2 / 8.0, 5 / 8.0}, tolerance);
}

TEST_P(RefTopKRouting, StandardisesEachRow) {
  const Tensor logits = make({2, 3}, {1, 2, 3, 7, 7, 7});
  const auto found = backend.route_topk(gate(logits), {.k = 1});
  const double one = 1 / (1 + 1e-5);
  test::expect_values(backend, found.clean, {2, 3}, {-one, 0, one, 0, 0, 0}, tolerance);
  test::expect_values(backend, found.chosen, {2, 1}, {2, 0});
}

TEST_P(RefTopKRouting, NoiseAndMask) {
  TopKInputs inputs = gate(make({1, 2}, {1, 2}));
  inputs.noise_logits = make({1, 2}, {0, std::log(std::exp(1.0) - 1)});
  inputs.noise = make({1, 2}, {2, -3});
  inputs.mask = make({1, 2}, {2, 0});
  const auto found = backend.route_topk(inputs, {.k = 1, .standardize = false, .noise_floor = 0.5});
  const double first = std::log(2) + 0.5;
  test::expect_values(backend, found.noise_std, {1, 2}, {first, 1.5}, tolerance);
  test::expect_values(backend, found.clean, {1, 2}, {1, 2});
  test::expect_values(backend, found.logits, {1, 2}, {2 * (1 + 2 * first), 0}, tolerance);
  test::expect_values(backend, found.chosen, {1, 1}, {0});
}

// Of three equal logits the first is chosen; its softmax is 1/3, with slopes 2/9, -1/9, -1/9.
TEST_P(RefTopKRouting, TiesGoToTheLowerExpertAndStayThere) {
  const TopKInputs inputs = gate(backend.zeros({1, 3}, GetParam()));
  const TopKSpec spec{.k = 1, .standardize = false, .full_softmax = true};
  const auto found = backend.route_topk(inputs, spec);
  test::expect_values(backend, found.chosen, {1, 1}, {0});
  TopKGrads grads;
  grads.weights = make({1, 1}, {1});
  const auto slopes = backend.route_topk_grad(inputs, found, grads, spec);
  test::expect_values(backend, slopes.gate_logits, {1, 3}, {2 / 9.0, -1 / 9.0, -1 / 9.0},
                      tolerance);
  EXPECT_FALSE(slopes.noise_logits.defined());
}

// Equal logits have the deviation 0, whose slope is taken as 0: dz = (dy - mean dy) / 1e-5.
TEST_P(RefTopKRouting, EqualLogitsHaveFiniteSlopes) {
  const TopKInputs inputs = gate(backend.zeros({1, 4}, GetParam()));
  const auto found = backend.route_topk(inputs, {});
  TopKGrads grads;
  grads.clean = make({1, 4}, {1, 0, 0, 3});
  test::expect_values(backend, backend.route_topk_grad(inputs, found, grads, {}).gate_logits,
                      {1, 4}, {0, -1e5, -1e5, 2e5}, 1e5 * tolerance);
}

TEST_P(RefTopKRouting, NoGradientsGiveZeros) {
  TopKInputs inputs = gate(make({1, 2}, {1, 2}));
  inputs.noise_logits = inputs.noise = inputs.gate_logits;
  const auto found = backend.route_topk(inputs, {});
  const auto slopes = backend.route_topk_grad(inputs, found, {}, {});
  test::expect_values(backend, slopes.gate_logits, {1, 2}, {0, 0});
  test::expect_values(backend, slopes.noise_logits, {1, 2}, {0, 0});
}

TEST_P(RefTopKRouting, NoRows) {
  TopKInputs inputs = gate(make({0, 4}, {}));
  inputs.noise_logits = inputs.noise = inputs.mask = inputs.gate_logits;
  for (bool full : {false, true}) {
    const TopKSpec spec{.k = 2, .full_softmax = full};
    const auto found = backend.route_topk(inputs, spec);
    EXPECT_EQ(found.weights.shape(), (Shape{0, 2}));
    EXPECT_EQ(found.probs.shape(), (Shape{0, 4}));
    TopKGrads grads;
    grads.weights = found.weights;
    const auto slopes = backend.route_topk_grad(inputs, found, grads, spec);
    EXPECT_EQ(slopes.gate_logits.shape(), (Shape{0, 4}));
    EXPECT_EQ(slopes.noise_logits.shape(), (Shape{0, 4}));
  }
}

TEST_P(RefTopKRouting, RefusesWhatDoesNotFit) {
  const Tensor four = backend.zeros({2, 4}, GetParam()), three = backend.zeros({2, 3}, GetParam());
  EXPECT_THROW(backend.route_topk(gate(four), {.k = 5}), Error);
  EXPECT_THROW(backend.route_topk(gate(backend.zeros({2, 1}, GetParam())), {}), Error);
  TopKInputs inputs = gate(four);
  inputs.noise = four;
  EXPECT_THROW(backend.route_topk(inputs, {}), Error);
  inputs.noise_logits = three;
  EXPECT_THROW(backend.route_topk(inputs, {}), Error);
  TopKGrads grads;
  grads.probs = three;
  EXPECT_THROW(backend.route_topk_grad(gate(four), backend.route_topk(gate(four), {}), grads, {}),
               Error);
}

struct Slopes {
  std::string name;
  std::int64_t rows, experts;
  TopKSpec spec;
  bool noisy = true;
  bool masked = false;
};

// loss = the sum of <gradient, member> over members of the routing, by differences.
class RefTopKRoutingSlopes : public testing::TestWithParam<Slopes> {
 protected:
  RefTopKRoutingSlopes() {
    const auto& [name, rows, experts, spec, noisy, masked] = GetParam();
    const Shape all{rows, experts}, chosen{rows, spec.k};
    inputs.gate_logits = test::noise(backend, all, 1);
    if (noisy) {
      inputs.noise_logits = test::noise(backend, all, 2);
      inputs.noise = test::noise(backend, all, 3);
      grads.noise_std = test::noise(backend, all, 4);
    }
    if (masked) {  // some logits dropped, the others amplified
      inputs.mask = backend.scale(backend.relu(test::noise(backend, all, 5)), 2.0);
    }
    grads.clean = test::noise(backend, all, 6);
    grads.logits = test::noise(backend, all, 7);
    grads.weights = test::noise(backend, chosen, 8);
    grads.probs = test::noise(backend, all, 9);
  }

  double loss(const TopKInputs& at, const TopKGrads& by) {
    const TopKRouting r = backend.route_topk(at, GetParam().spec);
    double sum = 0;
    auto add = [&](const Tensor& gradient, const Tensor& member) {
      if (gradient) sum += backend.dot(gradient, member);
    };
    add(by.clean, r.clean);
    add(by.noise_std, r.noise_std);
    add(by.logits, r.logits);
    add(by.weights, r.weights);
    add(by.probs, r.probs);
    return sum;
  }

  void expect_slopes(const TopKGrads& by) {
    const TopKRouting r = backend.route_topk(inputs, GetParam().spec);
    const TopKInputGrads found = backend.route_topk_grad(inputs, r, by, GetParam().spec);
    auto differences = [&](Tensor TopKInputs::*member) {
      return test::differences(backend, inputs.*member, [&](const Tensor& x) {
        TopKInputs at = inputs;
        at.*member = x;
        return loss(at, by);
      });
    };
    const Shape shape = inputs.gate_logits.shape();
    test::expect_values(backend, found.gate_logits, shape, differences(&TopKInputs::gate_logits),
                        kTolerance);
    EXPECT_EQ(found.noise_logits.defined(), GetParam().noisy);
    if (GetParam().noisy)
      test::expect_values(backend, found.noise_logits, shape,
                          differences(&TopKInputs::noise_logits), kTolerance);
  }

  RefBackend backend;
  TopKInputs inputs;
  TopKGrads grads;
};

TEST_P(RefTopKRoutingSlopes, OfAllMembers) {
  expect_slopes(grads);
}

TEST_P(RefTopKRoutingSlopes, OfEachMemberAlone) {
  for (auto member : {&TopKGrads::clean, &TopKGrads::noise_std, &TopKGrads::logits,
                      &TopKGrads::weights, &TopKGrads::probs}) {
    TopKGrads alone;
    alone.*member = grads.*member;
    expect_slopes(alone);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefTopKRoutingSlopes,
    testing::Values(Slopes{"sparse", 3, 5, {.k = 2, .noise_floor = 0.01}},
                    Slopes{"masked", 4, 5, {.k = 2, .noise_floor = 0.01}, true, true},
                    Slopes{"plain", 3, 4, {.k = 2, .temperature = 0.5}, false},
                    Slopes{"raw", 3, 4, {.k = 2, .standardize = false, .temperature = 3}},
                    Slopes{"full", 3, 5, {.k = 1, .temperature = 2, .full_softmax = true}},
                    Slopes{"full_masked_plain", 4, 5, {.k = 2, .full_softmax = true}, false, true},
                    Slopes{"both_of_two", 3, 2, {.k = 2}},
                    Slopes{"one_of_two", 3, 2, {.k = 1}, false},
                    Slopes{"all_full", 2, 4, {.k = 4, .full_softmax = true}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace switchyard
