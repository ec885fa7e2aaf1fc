// Weights rounded together, whose gradients come back one at a time.

#include "model/rounded_weights.hpp"

#include <gtest/gtest.h>

#include "ops/arithmetic.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {
namespace {

class CountingBackend final : public RefBackend {
 public:
  std::vector<Tensor> convert_all(std::span<const Tensor> xs, DType dtype) override {
    sizes.push_back(xs.size());
    return RefBackend::convert_all(xs, dtype);
  }
  std::vector<std::size_t> sizes;  ///< of the lists converted
};

class RoundedWeightsTest : public testing::Test {
 protected:
  Parameter parameter(const std::string& name, double value) {
    Parameter made;
    made.name = name;
    made.value = backend.full({2}, DType::f64, value);
    return made;
  }
  double first(const Tensor& x) { return backend.convert(x, DType::f64).data<double>()[0]; }

  CountingBackend backend;
  Parameter a = parameter("a", 0.1), b = parameter("b", 0.2);
  std::vector<Parameter*> both{&a, &b};
};

TEST_F(RoundedWeightsTest, AreConvertedTogetherAndOnlyWhenUsed) {
  Tape tape(backend, Recording::on);
  RoundedWeights weights(tape, both, DType::f32);
  EXPECT_TRUE(backend.sizes.empty());
  Variable rounded_b = weights[b], rounded_a = weights[a];
  EXPECT_EQ(backend.sizes, std::vector<std::size_t>{2});
  EXPECT_EQ(rounded_a.dtype(), DType::f32);
  EXPECT_EQ(first(rounded_a.value()), 0.1f);
  EXPECT_EQ(first(rounded_b.value()), 0.2f);
}

// y = 3 (x + a) - b: the layer of b was last, so its gradient is complete before a's is begun.
TEST_F(RoundedWeightsTest, GiveEachGradientAsSoonAsItsLayerIsDone) {
  Tape tape(backend, Recording::on);
  RoundedWeights weights(tape, both, DType::f32);
  Variable x = tape.constant(backend.full({2}, DType::f32, 1.0));
  Variable hidden = scale(tape, add(tape, x, weights[a]), 3.0);
  Variable y = sub(tape, hidden, weights[b]);
  int steps = 0;
  std::vector<std::pair<std::string, int>> ready;
  tape.on_step = [&] { ++steps; };
  tape.on_parameter_ready = [&](Parameter& p) { ready.emplace_back(p.name, steps); };
  tape.backward(y, Dual(backend.full({2}, DType::f32, 1.0)));
  // The vjps in turn: of the difference, b's cast, the scale, the sum, a's cast.
  EXPECT_EQ(ready, (std::vector<std::pair<std::string, int>>{{"b", 1}, {"a", 4}}));
  EXPECT_EQ(a.grad.value.dtype(), DType::f64);
  EXPECT_EQ(first(a.grad.value), 3.0);
  EXPECT_EQ(first(b.grad.value), -1.0);
  EXPECT_EQ(backend.sizes.size(), 1u);
}

TEST_F(RoundedWeightsTest, OfTheTypeAreTheParameters) {
  Tape tape(backend, Recording::on);
  RoundedWeights weights(tape, both, DType::f64);
  EXPECT_EQ(weights[a].value().raw(), a.value.raw());
  EXPECT_TRUE(backend.sizes.empty());
}

TEST_F(RoundedWeightsTest, KeepTheTangentsOfAProbe) {
  a.tangents = {backend.full({2}, DType::f64, 0.3)};
  Tape tape(backend, Recording::on, 1);
  RoundedWeights weights(tape, both, DType::f32);
  Variable rounded = weights[a];
  EXPECT_EQ(first(rounded.value()), 0.1f);
  EXPECT_EQ(first(rounded.dual.tangent(0)), 0.3f);
}

}  // namespace
}  // namespace switchyard::test
