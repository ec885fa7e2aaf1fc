#pragma once
// Tensors on a poisoned CUDA device beside the same on the reference backend.

#include <cstdint>
#include <vector>

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/device_tensors.hpp"
#include "ops/cuda/poisoned_device.hpp"

namespace switchyard::test {

class OnDevice : public testing::Test {
 protected:
  /// Numbers in [-1, 1) of `dtype`, many at little cost; another `key`, other numbers.
  Tensor scattered(const Shape& shape, std::uint32_t key, DType dtype = DType::f32) {
    std::vector<double> values(static_cast<std::size_t>(count_elements(shape)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint32_t hash = (static_cast<std::uint32_t>(i) + 1) * (2654435761u + 2 * key);
      values[i] = static_cast<double>(hash >> 8) * 0x1p-23 - 1;
    }
    return make(ref_, shape, values, dtype);
  }

  Tensor put(const Tensor& host) { return to_device(*device_, host); }
  /// The same in memory that no pack of elements is aligned in.
  Tensor put_askew(const Tensor& host) {
    Tensor block = cuda_.empty({host.numel() + 1}, host.dtype());
    Tensor view = block.rows(1, host.numel() + 1).reshape(host.shape());
    cuda_.upload(host.raw(), view);
    return view;
  }
  std::vector<double> get(const Tensor& found) { return values(ref_, to_host(*device_, found)); }

  /// Elements agree to `tolerance`, absolutely.
  void expect_near(const Tensor& found, const Tensor& expected, double tolerance) {
    ASSERT_EQ(found.shape(), expected.shape());
    ASSERT_EQ(found.dtype(), expected.dtype());
    const std::vector<double> left = get(found), right = values(ref_, expected);
    for (std::size_t i = 0; i < left.size(); ++i)
      ASSERT_NEAR(left[i], right[i], tolerance) << "at element " << i;
  }

  RefBackend ref_;
  std::unique_ptr<CudaDevice> device_ = make_poisoned(open_cuda_device(0));
  CudaBackend cuda_{*device_, {}};
};

}  // namespace switchyard::test
