// Tensors that travel to a device and back, and recorded work that sees the numbers of the day.

#include <cstring>

#include "ops/cuda/on_device.hpp"

namespace switchyard::test {
namespace {

using CudaBackendTest = OnDevice;

TEST_F(CudaBackendTest, BringsBackWhatWasUploaded) {
  const std::vector<std::int64_t> numbers{3, -1, std::int64_t{1} << 50};
  const Tensor x = cuda_.from_host(numbers.data(), {3}, DType::i64);
  EXPECT_EQ(x.memory(), MemoryKind::cuda);
  std::vector<std::int64_t> found(3);
  cuda_.to_host(x, found.data());
  EXPECT_EQ(found, numbers);
  const auto copy = cuda_.start_to_host(x);
  EXPECT_EQ(std::memcmp(copy->wait(), numbers.data(), x.bytes()), 0);
}

TEST_F(CudaBackendTest, TakesTensorsWithoutElements) {
  Tensor none = cuda_.from_host(nullptr, {0, 3}, DType::f32);
  cuda_.to_host(none, nullptr);
  EXPECT_EQ(cuda_.convert(none, DType::f32).shape(), (Shape{0, 3}));
  EXPECT_EQ(cuda_.convert(none, DType::bf16).shape(), (Shape{0, 3}));
  cuda_.start_to_host(none)->wait();
}

TEST_F(CudaBackendTest, ReplaysWorkOnTheNumbersOfTheDay) {
  Tensor rate = put(ref_.full({1}, DType::f64, 0.5)), y;
  Tensor p = put(ref_.full({3}, DType::f32, 1.0)), m = cuda_.zeros({3}, DType::f32);
  const Tensor g = put(ref_.full({3}, DType::f32, 2.0));
  const auto work = [&] {
    cuda_.sgd_step({{{&p, &g, &m}}}, {.momentum = 0}, {rate, {}, {}});
    y = cuda_.scale(p, 10);
  };
  work();
  EXPECT_EQ(get(y), (std::vector<double>{0, 0, 0}));
  const auto program = cuda_.record(work);
  EXPECT_EQ(get(p), (std::vector<double>{0, 0, 0})) << "recording runs nothing";
  for (double step : {0.25, 1.0}) {
    cuda_.upload(&step, rate);
    program->run();
  }
  EXPECT_EQ(get(y), (std::vector<double>{-25, -25, -25}));
}

}  // namespace
}  // namespace switchyard::test
