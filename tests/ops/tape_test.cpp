// How the tape adds, announces and lets go.

#include "ops/tape.hpp"

#include <gtest/gtest.h>

#include "ops/arithmetic.hpp"
#include "ops/derivatives/point.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {
namespace {

using Block = std::vector<double>;

class TapeTest : public testing::Test {
 protected:
  Parameter parameter(const std::string& name, const Block& values) {
    Parameter p;
    p.name = name;
    p.value = tensor(values);
    return p;
  }
  Tensor tensor(const Block& values) {
    return to_tensor(backend, values, {static_cast<std::int64_t>(values.size())});
  }
  Block block(const Tensor& t) { return to_block(backend, t); }

  RefBackend backend;
};

TEST_F(TapeTest, AddsTheGradientsOfEveryUse) {
  Parameter w = parameter("w", {2, -3});
  Tape tape(backend, Recording::on);
  Variable a = tape.parameter(w), again = tape.parameter(w);
  Variable y = add(tape, mul(tape, a, a), scale(tape, again, 5.0));  // w^2 + 5 w
  tape.backward(y, tensor({1, 10}));
  EXPECT_EQ(block(w.grad.value), (Block{9, -10}));
}

TEST_F(TapeTest, GivesTheGradientOfAnInput) {
  Tape tape(backend, Recording::on);
  Variable x = tape.input(tensor({2, 4})), unused = tape.input(tensor({1}));
  tape.backward(unary(tape, UnaryOp::square, x), tensor({1, 1}));
  EXPECT_EQ(block(tape.gradient(x).value), (Block{4, 8}));
  EXPECT_FALSE(tape.gradient(unused).value.defined());
}

TEST_F(TapeTest, LeavesTheSeedAlone) {
  Parameter w = parameter("w", {1, 1});
  Tensor seed = tensor({1, 2});
  Tape tape(backend, Recording::on);
  Variable a = tape.parameter(w);
  tape.backward(add(tape, add(tape, a, a), a), seed);
  EXPECT_EQ(block(w.grad.value), (Block{3, 6}));
  EXPECT_EQ(block(seed), (Block{1, 2}));
}

TEST_F(TapeTest, AnnouncesEachParameterOnceWhenItsGradientIsComplete) {
  Parameter early = parameter("early", {1}), shared = parameter("shared", {2}),
            late = parameter("late", {3});
  Tape tape(backend, Recording::on);
  std::vector<std::string> ready;
  std::vector<Block> grads;
  tape.on_parameter_ready = [&](Parameter& p) {
    ready.push_back(p.name);
    grads.push_back(block(p.grad.value));
  };
  Variable h = mul(tape, tape.parameter(early), tape.parameter(shared));
  Variable y = mul(tape, mul(tape, h, tape.parameter(late)), tape.parameter(shared));
  tape.backward(y, tensor({1}));
  // y = early late shared^2; `shared` waits for its first use, which is run last.
  EXPECT_EQ(ready, (std::vector<std::string>{"late", "early", "shared"}));
  EXPECT_EQ(grads, (std::vector<Block>{{4}, {12}, {12}}));
}

TEST_F(TapeTest, LeavesUnreachedParametersWithoutGradient) {
  Parameter used = parameter("used", {1}), aside = parameter("aside", {2}),
            untouched = parameter("untouched", {3});
  aside.grad = Dual(tensor({99}));
  untouched.grad = Dual(tensor({99}));
  Tape tape(backend, Recording::on);
  std::vector<std::string> ready;
  tape.on_parameter_ready = [&](Parameter& p) { ready.push_back(p.name); };
  tape.parameter(untouched);
  scale(tape, tape.parameter(aside), 2.0);
  tape.backward(scale(tape, tape.parameter(used), 3.0), tensor({1}));
  EXPECT_EQ(block(used.grad.value), (Block{3}));
  EXPECT_FALSE(aside.grad.value.defined());
  EXPECT_FALSE(untouched.grad.value.defined());
  EXPECT_EQ(ready, (std::vector<std::string>{"used"}));
}

// A leaf that no tangent reaches is announced like the others: ranks must do the same.
TEST_F(TapeTest, LeavesTheValuesOfParametersGradientsOut) {
  Parameter w = parameter("w", {2, 3}), unseeded = parameter("unseeded", {4, 5});
  w.tangents = {tensor({1, 10})};
  Tape tape(backend, Recording::on, 1, DualParts::tangents);
  std::vector<std::string> ready;
  tape.on_parameter_ready = [&](Parameter& p) { ready.push_back(p.name); };
  Variable x = tape.input(tensor({1, 1}));
  Variable a = tape.parameter(w), b = tape.parameter(unseeded);
  EXPECT_EQ(tape.wanted(a.node), DualParts::tangents);
  EXPECT_EQ(tape.wanted(x.node), DualParts::all);
  EXPECT_EQ(tape.wanted(nullptr), DualParts::all);
  Variable y = add(tape, mul(tape, unary(tape, UnaryOp::square, a), x), b);
  tape.backward(y, tensor({1, 1}));
  EXPECT_FALSE(w.grad.value.defined());
  EXPECT_EQ(block(w.grad.tangent(0)), (Block{2, 20}));
  EXPECT_FALSE(unseeded.grad.value.defined());
  EXPECT_FALSE(unseeded.grad.has_tangent());
  EXPECT_EQ(block(tape.gradient(x).value), (Block{4, 9}));
  EXPECT_EQ(ready, (std::vector<std::string>{"unseeded", "w"}));
}

TEST_F(TapeTest, RecordsNothingWhenOff) {
  Parameter w = parameter("w", {2});
  Tape tape(backend, Recording::off);
  int steps = 0;
  tape.on_step = [&] { ++steps; };
  Variable y = unary(tape, UnaryOp::square, tape.parameter(w));
  EXPECT_FALSE(y.needs_grad());
  EXPECT_FALSE(tape.input(tensor({1})).needs_grad());
  EXPECT_EQ(block(y.value()), (Block{4}));
  tape.backward(y, tensor({1}));
  EXPECT_EQ(steps, 0);
  EXPECT_FALSE(w.grad.value.defined());
}

TEST_F(TapeTest, RecordsNothingOfConstants) {
  Tape tape(backend, Recording::on);
  Variable y = unary(tape, UnaryOp::square, tape.constant(tensor({3})));
  EXPECT_FALSE(y.needs_grad());
}

TEST_F(TapeTest, PushesTangentsWithoutRecording) {
  Parameter w = parameter("w", {2});
  w.tangents = {tensor({10})};
  Tape tape(backend, Recording::off, 1);
  Variable y = unary(tape, UnaryOp::square, tape.parameter(w));
  EXPECT_EQ(block(y.dual.tangent(0)), (Block{40}));
}

// a + b and a b of one op.
std::vector<Variable> sum_and_product(Tape& tape, const Variable& a, const Variable& b,
                                      int& calls) {
  Backend& backend = tape.backend();
  const Variable* inputs[] = {&a, &b};
  return tape.record_joint(
      {backend.binary(BinaryOp::add, a.value(), b.value()), Dual(),
       backend.binary(BinaryOp::mul, a.value(), b.value())},
      inputs, [&tape, &backend, a, b, &calls](std::span<const Dual> dy) {
        ++calls;
        ASSERT_FALSE(dy[1].value.defined());
        for (auto [self, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
          tape.accumulate(self->node, dy[0]);
          if (dy[2].value)
            tape.accumulate(self->node, backend.binary(BinaryOp::mul, dy[2].value, other->value()));
        }
      });
}

TEST_F(TapeTest, RunsTheVjpOfSeveralResultsOnceAfterAllTheirs) {
  Parameter a = parameter("a", {2}), b = parameter("b", {5});
  Tape tape(backend, Recording::on);
  int calls = 0;
  auto y = sum_and_product(tape, tape.parameter(a), tape.parameter(b), calls);
  EXPECT_FALSE(y[1].value().defined());
  EXPECT_EQ(block(y[2].value()), Block{10});
  // (a + b)^2 + 3 a b
  Variable z = add(tape, unary(tape, UnaryOp::square, y[0]), scale(tape, y[2], 3.0));
  tape.backward(z, tensor({1}));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(block(a.grad.value), Block{29});
  EXPECT_EQ(block(b.grad.value), Block{20});
}

TEST_F(TapeTest, LeavesOutResultsThatNothingDependsOn) {
  Parameter a = parameter("a", {2}), b = parameter("b", {5});
  Tape tape(backend, Recording::on);
  int calls = 0;
  auto y = sum_and_product(tape, tape.parameter(a), tape.parameter(b), calls);
  tape.backward(y[0], tensor({4}));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(block(a.grad.value), Block{4});
  auto unused = sum_and_product(tape, tape.parameter(a), tape.parameter(b), calls);
  tape.backward(scale(tape, tape.parameter(a), 2.0), tensor({1}));
  EXPECT_EQ(calls, 1);
}

class TapeMemory : public TapeTest {
 protected:
  // exp keeps its input, so each layer's activation lives until its own vjp has run.
  Variable chain(Tape& tape, Parameter& w, int layers) {
    Variable h = tape.parameter(w);
    for (int i = 0; i < layers; ++i) h = unary(tape, UnaryOp::exp, scale(tape, h, 0.1));
    return h;
  }
  std::size_t live() { return backend.allocator().live_bytes(); }

  static constexpr int layers = 6;
  static constexpr std::size_t elements = 4096;
  static constexpr std::size_t size = elements * sizeof(double);
};

TEST_F(TapeMemory, ReleasesActivationsDuringBackward) {
  Parameter w = parameter("w", Block(elements, 0.5));
  Tensor seed = tensor(Block(elements, 1.0));
  std::size_t before = live();
  Tape tape(backend, Recording::on);
  Variable y = chain(tape, w, layers);
  EXPECT_EQ(live(), before + (layers + 1) * size);  // the scaled inputs of exp, and y
  std::vector<std::size_t> held;
  tape.on_step = [&] { held.push_back(live() - before); };
  tape.backward(y, seed);
  ASSERT_EQ(held.size(), 2u * layers);
  for (std::size_t i = 0; i < layers; ++i) {
    std::size_t left = layers - 1 - i;              // activations
    EXPECT_EQ(held[2 * i], (left + 2) * size);      // after exp, and a gradient and y
    EXPECT_EQ(held[2 * i + 1], (left + 2) * size);  // after scale
  }
  y = Variable{};
  EXPECT_EQ(live(), before + size);  // the gradient of w
}

TEST_F(TapeMemory, HoldsNoActivationWhenOff) {
  Parameter w = parameter("w", Block(elements, 0.5));
  std::size_t before = live();
  Tape tape(backend, Recording::off);
  Variable y = chain(tape, w, layers);
  EXPECT_EQ(live(), before + size);
}

TEST_F(TapeMemory, ReleasesEverythingWithoutBackward) {
  Parameter w = parameter("w", Block(elements, 0.5));
  std::size_t before = live();
  {
    Tape tape(backend, Recording::on);
    chain(tape, w, layers);
  }
  EXPECT_EQ(live(), before);
}

}  // namespace
}  // namespace switchyard::test
