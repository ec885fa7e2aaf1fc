#include "comm/cuda/device_group.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "comm/rank_data.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {

CudaDevice& device() {
  static const std::unique_ptr<CudaDevice> device =
      open_cuda_device(world().rank().value % survey_cuda_devices().devices);
  return *device;
}

Tensor to_device(const Tensor& x) {
  Tensor y(device().allocator(), x.shape(), x.dtype());
  copy_tensor(device(), x, y);
  return y;
}

Tensor to_host(const Tensor& x) {
  Tensor y(allocator(), x.shape(), x.dtype());
  copy_tensor(device(), x, y);
  return y;
}

void expect_same(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  ASSERT_EQ(a.dtype(), b.dtype());
  EXPECT_TRUE(a.bytes() == 0 || std::memcmp(a.raw(), b.raw(), a.bytes()) == 0);
}

}  // namespace switchyard::test
