#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefMemory : public testing::Test {
 protected:
  RefBackend backend;
};

TEST_F(RefMemory, FillsEveryType) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::bf16}) {
    Tensor x = backend.full({2, 2}, dtype, 3);
    EXPECT_EQ(x.dtype(), dtype);
    test::expect_values(backend, x, {2, 2}, {3, 3, 3, 3});
  }
}

TEST_F(RefMemory, ConvertsToFloatingPoint) {
  std::vector<std::uint8_t> bytes = {0, 128, 255};
  Tensor x = backend.from_host(bytes.data(), {3}, DType::u8);
  test::expect_values(backend, backend.convert(x, DType::f32), {3}, {0, 128, 255});
  Tensor third = test::make(backend, {1}, {1.0 / 3});
  EXPECT_EQ(backend.convert(third, DType::f32).span<float>()[0], 1.0f / 3);
}

TEST_F(RefMemory, ConvertingCopiesEvenToTheSameType) {
  Tensor x = test::make(backend, {2}, {1, 2});
  Tensor y = backend.convert(x, DType::f64);
  backend.accumulate(x, x);
  test::expect_values(backend, y, {2}, {1, 2});
}

// bf16 keeps 8 significant bits: 257 lies between 256 and 258, 259 between 258 and 260.
TEST_F(RefMemory, RoundsToBfloat16ToNearestAndToEven) {
  const std::vector<double> numbers = {257, 259, -1.0 / 3, 0};
  Tensor x = test::make(backend, {4}, numbers, DType::bf16);
  EXPECT_EQ(x.dtype(), DType::bf16);
  test::expect_values(backend, x, {4}, {256, 260, -0.333984375, 0});
  test::expect_values(backend, backend.convert(x, DType::f32), {4}, {256, 260, -0.333984375, 0});
  std::vector<std::int32_t> whole = {257};
  Tensor integer = backend.from_host(whole.data(), {1}, DType::i32);
  test::expect_values(backend, backend.convert(integer, DType::bf16), {1}, {256});
}

TEST_F(RefMemory, MovesBfloat16ButDoesNotComputeWithIt) {
  Tensor x = test::make(backend, {2, 1}, {1.5, 2.5}, DType::bf16);
  test::expect_values(backend, backend.gather_rows(x, test::indices(backend, {2}, {1, -1})), {2, 1},
                      {2.5, 0});
  EXPECT_THROW(backend.scale(x, 2.0), Error);
  EXPECT_THROW(backend.matmul(x, Transpose::yes, x, Transpose::no), Error);
}

TEST_F(RefMemory, RefusesToRoundToIntegers) {
  EXPECT_THROW(backend.convert(backend.zeros({1}, DType::f64), DType::i32), Error);
}

TEST_F(RefMemory, CarriesBytesThereAndBack) {
  const std::vector<std::int64_t> there = {1, -2, std::int64_t{1} << 40};
  std::vector<std::int64_t> back(3);
  backend.to_host(backend.from_host(there.data(), {3}, DType::i64), back.data());
  EXPECT_EQ(there, back);
}

TEST_F(RefMemory, UploadsIntoMemoryThatOthersSee) {
  Tensor x = backend.zeros({2}, DType::f64), same = x;
  const double numbers[] = {3, 4};
  backend.upload(numbers, x);
  test::expect_values(backend, same, {2}, {3, 4});
}

TEST_F(RefMemory, CopiesToTheHostHoldWhatWasThereWhenTheyBegan) {
  Tensor x = test::make(backend, {2}, {1, 2});
  auto copy = backend.start_to_host(x);
  backend.accumulate(x, x);
  const auto* found = static_cast<const double*>(copy->wait());
  EXPECT_EQ(found[0], 1);
  EXPECT_EQ(found[1], 2);
}

TEST_F(RefMemory, RecordedWorkRunsWhenAskedAndEveryTime) {
  Tensor sum = backend.zeros({1}, DType::f64), step = backend.full({1}, DType::f64, 1);
  auto program = backend.record([&] { backend.accumulate(sum, step); });
  test::expect_values(backend, sum, {1}, {0});
  program->run();
  program->run();
  test::expect_values(backend, sum, {1}, {2});
}

TEST_F(RefMemory, EmptyTensorsNeedNoHostMemory) {
  Tensor x = backend.from_host(nullptr, {0, 4}, DType::f32);
  EXPECT_TRUE(x.defined());
  EXPECT_NO_THROW(backend.to_host(x, nullptr));
  EXPECT_EQ(backend.convert(x, DType::f64).shape(), (Shape{0, 4}));
}

}  // namespace
}  // namespace switchyard
