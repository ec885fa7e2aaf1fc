// Elementwise functions, sums and updates: memory that packs do not fit, long sums, many
// dimensions.

#include "ops/cuda/on_device.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

using CudaArithmetic = OnDevice;

TEST_F(CudaArithmetic, TakesMemoryThatPacksDoNotFit) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor a = scattered({37, 4}, 1, dtype), b = scattered({37, 4}, 2, dtype);
    expect_near(cuda_.binary(BinaryOp::mul, put_askew(a), put(b)), ref_.binary(BinaryOp::mul, a, b),
                0);
    expect_near(cuda_.relu_grad(put(a), put_askew(b)), ref_.relu_grad(a, b), 0);
    expect_near(cuda_.convert(put_askew(a), DType::bf16), ref_.convert(a, DType::bf16), 0);
    Tensor sum = ref_.convert(a, dtype), sum_there = put_askew(a);
    ref_.accumulate(sum, b);
    cuda_.accumulate(sum_there, put(b));
    expect_near(sum_there, sum, 0);
  }
}

TEST_F(CudaArithmetic, SumsOverDimensionsThatAlternate) {
  const Tensor x = scattered({6, 5, 4, 3}, 3, DType::f64);
  for (const Shape& to : {Shape{1, 5, 1, 3}, Shape{6, 1, 4, 1}, Shape{5, 1, 1}, Shape{}})
    expect_near(cuda_.sum_to(put(x), to), ref_.sum_to(x, to), 1e-13);
}

TEST_F(CudaArithmetic, SumsManyRowsInParts) {
  const Tensor tall = scattered({70'001, 3}, 4, DType::f64);
  expect_near(cuda_.sum_to(put(tall), {3}), ref_.sum_to(tall, {3}), 1e-10);
  const Tensor wide = scattered({3, 70'001}, 5, DType::f64);
  expect_near(cuda_.sum_to(put(wide), {3, 1}), ref_.sum_to(wide, {3, 1}), 1e-10);
}

TEST_F(CudaArithmetic, SumsFloatsInDouble) {
  Tensor x = ref_.full({1002}, DType::f32, 1.0);
  x.data<float>()[0] = 1e8f;
  x.data<float>()[1001] = -1e8f;
  EXPECT_EQ(get(cuda_.sum_to(put(x), {1})), std::vector<double>{1000});
  const Tensor ones = put(ref_.full({1002}, DType::f32, 1.0));
  const Tensor there = put(x);
  EXPECT_EQ(get(cuda_.dots({{there}}, {{ones}})), std::vector<double>{1000});
}

TEST_F(CudaArithmetic, RefusesToBroadcastTooManyDimensions) {
  const Tensor a = cuda_.zeros({2, 1, 2, 1, 2, 1, 2, 1, 2}, DType::f32);
  const Tensor b = cuda_.zeros({1, 2, 1, 2, 1, 2, 1, 2, 1}, DType::f32);
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { cuda_.binary(BinaryOp::add, a, b); }),
                       "more than 8 dimensions"));
}

TEST_F(CudaArithmetic, UpdatesMemoryThatPacksDoNotFit) {
  const Shape shape{5003};
  Tensor p = scattered(shape, 6), m = scattered(shape, 7);
  const Tensor g = scattered(shape, 8), rate = ref_.full({1}, DType::f64, 0.1);
  Tensor p_there = put_askew(p), m_there = put(m);
  const Tensor g_there = put(g);
  const SgdSpec spec{0.9, 5e-4, true};
  ref_.sgd_step({{{&p, &g, &m}}}, spec, {rate, {}, {}});
  cuda_.sgd_step({{{&p_there, &g_there, &m_there}}}, spec, {put(rate), {}, {}});
  expect_near(p_there, p, 1e-7);
  expect_near(m_there, m, 1e-7);
}

TEST_F(CudaArithmetic, RefusesIntegers) {
  const Tensor x = cuda_.zeros({3}, DType::i32);
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { cuda_.relu(x); }),
                       "a floating-point tensor is needed (found i32)"));
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { cuda_.convert(x, DType::u8); }),
                       "a floating-point tensor is needed (found u8)"));
}

}  // namespace
}  // namespace switchyard::test
