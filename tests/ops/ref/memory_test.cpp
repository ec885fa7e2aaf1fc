#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefMemory : public testing::Test {
 protected:
  RefBackend backend;
};

TEST_F(RefMemory, FillsEveryType) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8}) {
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

TEST_F(RefMemory, RefusesToRoundToIntegers) {
  EXPECT_THROW(backend.convert(backend.zeros({1}, DType::f64), DType::i32), Error);
}

TEST_F(RefMemory, CarriesBytesThereAndBack) {
  const std::vector<std::int64_t> there = {1, -2, std::int64_t{1} << 40};
  std::vector<std::int64_t> back(3);
  backend.to_host(backend.from_host(there.data(), {3}, DType::i64), back.data());
  EXPECT_EQ(there, back);
}

TEST_F(RefMemory, EmptyTensorsNeedNoHostMemory) {
  Tensor x = backend.from_host(nullptr, {0, 4}, DType::f32);
  EXPECT_TRUE(x.defined());
  EXPECT_NO_THROW(backend.to_host(x, nullptr));
  EXPECT_EQ(backend.convert(x, DType::f64).shape(), (Shape{0, 4}));
}

}  // namespace
}  // namespace switchyard
