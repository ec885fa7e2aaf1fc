// Conversion between types: values, gradients and tangents in the types of either side.

#include <gtest/gtest.h>

#include "ops/arithmetic.hpp"
#include "ops/derivatives/point.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {
namespace {

using Block = std::vector<double>;

class Cast : public testing::Test {
 protected:
  Tensor numbers(const Block& values, DType dtype) {
    return backend.convert(to_tensor(backend, values, {2}), dtype);
  }
  Block block(const Tensor& x) { return to_block(backend, backend.convert(x, DType::f64)); }

  RefBackend backend;
};

TEST_F(Cast, RoundsValuesAndTangents) {
  Tape tape(backend, Recording::on, 2);
  Dual x(numbers({0.1, 2}, DType::f64), {numbers({0.3, 4}, DType::f64)});
  Variable y = cast(tape, tape.constant(x), DType::f32);
  EXPECT_EQ(y.dtype(), DType::f32);
  EXPECT_EQ(block(y.value()), (Block{0.1f, 2}));
  EXPECT_EQ(y.dual.tangent(0).dtype(), DType::f32);
  EXPECT_EQ(block(y.dual.tangent(0)), (Block{0.3f, 4}));
  EXPECT_FALSE(y.dual.tangent(1).defined());
}

TEST_F(Cast, GivesGradientsInTheTypeOfTheInput) {
  Tape tape(backend, Recording::on, 1);
  Variable x = tape.input(numbers({0.1, 2}, DType::f64));
  tape.backward(cast(tape, x, DType::f32),
                Dual(numbers({0.7, 5}, DType::f32), {numbers({0.9, 6}, DType::f32)}));
  Dual dx = tape.gradient(x);
  EXPECT_EQ(dx.value.dtype(), DType::f64);
  EXPECT_EQ(block(dx.value), (Block{0.7f, 5}));
  EXPECT_EQ(dx.tangent(0).dtype(), DType::f64);
  EXPECT_EQ(block(dx.tangent(0)), (Block{0.9f, 6}));
}

TEST_F(Cast, ToTheSameTypeIsTheInput) {
  Tape tape(backend, Recording::on);
  Variable x = tape.input(numbers({0.1, 2}, DType::f64));
  Variable y = cast(tape, x, DType::f64);
  EXPECT_EQ(y.value().raw(), x.value().raw());
  EXPECT_EQ(y.node, x.node);
}

// The second result is used twice, the third not at all.
TEST_F(Cast, OfSeveralIsThatOfEach) {
  for (int probes : {0, 1}) {
    Tape tape(backend, Recording::on, probes);
    std::vector<Variable> x;
    for (double v : {0.1, 0.2, 0.3}) x.push_back(tape.input(numbers({v, 2}, DType::f64)));
    auto y = cast_all(tape, x, DType::f32);
    ASSERT_EQ(y.size(), 3u);
    EXPECT_EQ(y[2].dtype(), DType::f32);
    EXPECT_EQ(block(y[2].value()), (Block{0.3f, 2}));
    Variable z = add(tape, scale(tape, y[0], 3.0), add(tape, y[1], y[1]));
    tape.backward(z, Dual(numbers({1, 10}, DType::f32)));
    EXPECT_EQ(tape.gradient(x[0]).value.dtype(), DType::f64);
    EXPECT_EQ(block(tape.gradient(x[0]).value), (Block{3, 30}));
    EXPECT_EQ(block(tape.gradient(x[1]).value), (Block{2, 20}));
    EXPECT_FALSE(tape.gradient(x[2]).value.defined());
  }
}

TEST_F(Cast, OfSeveralToTheSameTypeAreTheInputs) {
  Tape tape(backend, Recording::on);
  std::vector<Variable> x = {tape.input(numbers({0.1, 2}, DType::f64))};
  EXPECT_EQ(cast_all(tape, x, DType::f64)[0].node, x[0].node);
  EXPECT_TRUE(cast_all(tape, {}, DType::f32).empty());
}

}  // namespace
}  // namespace switchyard::test
