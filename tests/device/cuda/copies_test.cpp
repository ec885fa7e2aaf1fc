// Copies between host and device, and within it.

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "device/cuda/cuda_device.hpp"
#include "device_bytes.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using test::Bytes;

class Copies : public ::testing::Test {
 protected:
  std::unique_ptr<CudaDevice> device = open_cuda_device(0);
  std::shared_ptr<Allocator> host = make_host_allocator();
};

Bytes counting(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

TEST_F(Copies, BytesGoThereAndBack) {
  for (std::size_t count : {1u, 4096u, 4097u, 3u << 20}) {
    Block block = device->allocator().allocate(count);
    test::put(*device, counting(count), block);
    EXPECT_EQ(test::get(*device, block, count), counting(count)) << count;
  }
}

TEST_F(Copies, TheSourceOfAnUploadMayChangeAtOnce) {
  std::vector<Block> blocks;
  Bytes source(100);
  for (std::uint8_t i = 0; i < 50; ++i) {
    std::fill(source.begin(), source.end(), i);
    blocks.push_back(device->allocator().allocate(source.size()));
    test::put(*device, source, blocks.back());
  }
  for (std::uint8_t i = 0; i < 50; ++i)
    EXPECT_EQ(test::get(*device, blocks[i], 100), Bytes(100, i));
}

TEST_F(Copies, SoMayALargeOne) {
  constexpr std::size_t kBytes = (std::size_t{1} << 20) + 1;
  Block block = device->allocator().allocate(kBytes);
  Bytes source(kBytes, 1);
  test::put(*device, source, block);
  std::fill(source.begin(), source.end(), std::uint8_t{2});
  EXPECT_EQ(test::get(*device, block, kBytes), Bytes(kBytes, 1));
}

TEST_F(Copies, DownloadsSeeWhatWasEnqueuedBeforeThem) {
  Block block = device->allocator().allocate(4);
  test::put(*device, {1, 2, 3, 4}, block);
  auto first = device->start_download(block.get(), 4);
  test::put(*device, {5, 6, 7, 8}, block);
  auto second = device->start_download(block.get(), 4);
  auto bytes = [](HostCopy& copy) {
    auto start = static_cast<const std::uint8_t*>(copy.wait());
    return Bytes(start, start + 4);
  };
  EXPECT_EQ(bytes(*second), (Bytes{5, 6, 7, 8}));
  EXPECT_EQ(bytes(*first), (Bytes{1, 2, 3, 4}));
}

TEST_F(Copies, ADownloadThatNobodyWaitsForIsHarmless) {
  Block block = device->allocator().allocate(4);
  test::put(*device, {1, 2, 3, 4}, block);
  device->start_download(block.get(), 4);
  test::put(*device, {5, 6, 7, 8}, block);
  EXPECT_EQ(test::get(*device, block, 4), (Bytes{5, 6, 7, 8}));
}

TEST_F(Copies, TensorsTravelEitherWay) {
  Tensor x(*host, {2, 3}, DType::f32);
  std::iota(x.data<float>(), x.data<float>() + 6, 1.0f);
  Tensor on_device(device->allocator(), {2, 3}, DType::f32);
  Tensor elsewhere(device->allocator(), {2, 3}, DType::f32);
  Tensor y(*host, {2, 3}, DType::f32);
  copy_tensor(*device, x, on_device);
  copy_tensor(*device, on_device, elsewhere);
  copy_tensor(*device, elsewhere, y);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y.data<float>()[i], i + 1.0f);
}

TEST_F(Copies, TensorsOfNoElementsNeedNoCopy) {
  Tensor none(*host, {0, 3}, DType::f32);
  Tensor on_device(device->allocator(), {0, 3}, DType::f32);
  EXPECT_NO_THROW(copy_tensor(*device, none, on_device));
  EXPECT_NO_THROW(copy_tensor(*device, on_device, none));
  EXPECT_NO_THROW(device->start_download(on_device.raw(), 0)->wait());
}

TEST_F(Copies, TensorsOfOtherSizesAreRefused) {
  Tensor x(*host, {2}, DType::f32);
  Tensor y(device->allocator(), {3}, DType::f32);
  EXPECT_EQ(
      switchyard::testing::error_text(ExitCode::run_failed, [&] { copy_tensor(*device, x, y); }),
      "cannot copy a tensor of 8 bytes onto one of 12");
}

}  // namespace
}  // namespace switchyard
