// Grouped linear layers of more groups than a launch takes.

#include "ops/cuda/on_device.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

class CudaGroupedLinear : public OnDevice {
 protected:
  std::vector<Tensor> per_group(std::size_t groups, const Shape& shape, std::uint32_t key) {
    std::vector<Tensor> all;
    for (std::size_t g = 0; g < groups; ++g)
      all.push_back(scattered(shape, key + static_cast<std::uint32_t>(g), DType::f64));
    return all;
  }
  std::vector<Tensor> put_each(const std::vector<Tensor>& host) {
    std::vector<Tensor> all;
    for (const Tensor& t : host) all.push_back(put(t));
    return all;
  }

  void expect_each_near(const std::vector<Tensor>& found, const std::vector<Tensor>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t g = 0; g < found.size(); ++g) {
      SCOPED_TRACE(g);
      expect_near(found[g], expected[g], 1e-12);
    }
  }
};

TEST_F(CudaGroupedLinear, TakesMoreGroupsThanALaunch) {
  constexpr std::size_t kGroups = 150;
  std::vector<std::int64_t> begins{0};
  for (std::size_t g = 0; g < kGroups; ++g)
    begins.push_back(begins.back() + (g % 3 == 0 ? 0 : g == 70 ? 100 : g % 7));
  const Tensor offsets = sample_ids(ref_, begins);
  const Tensor x = scattered({begins.back(), 6}, 1, DType::f64);
  const Tensor dy = scattered({begins.back(), 5}, 2, DType::f64);
  const auto weights = per_group(kGroups, {5, 6}, 10), biases = per_group(kGroups, {5}, 500);

  const Tensor at = put(offsets), rows = put(x), grad = put(dy);
  const auto w = put_each(weights), b = put_each(biases);
  expect_near(cuda_.grouped_linear(rows, at, w, b, Activation::relu),
              ref_.grouped_linear(x, offsets, weights, biases, Activation::relu), 1e-12);
  expect_near(cuda_.grouped_linear_grad_input(grad, at, w),
              ref_.grouped_linear_grad_input(dy, offsets, weights), 1e-12);
  expect_each_near(cuda_.grouped_linear_grad_weight(rows, grad, at),
                   ref_.grouped_linear_grad_weight(x, dy, offsets));
  expect_each_near(cuda_.grouped_linear_grad_bias(grad, at),
                   ref_.grouped_linear_grad_bias(dy, offsets));
}

TEST_F(CudaGroupedLinear, NamesWhatDoesNotFit) {
  const Tensor x = cuda_.zeros({4, 3}, DType::f32), offsets = cuda_.zeros({2}, DType::i64);
  const std::vector<Tensor> weight{cuda_.zeros({5, 3}, DType::f32)};
  const std::vector<Tensor> biases(2, cuda_.zeros({5}, DType::f32));
  const auto forward = [&](const Tensor& rows, const Tensor& begins, std::span<const Tensor> w,
                           std::span<const Tensor> b) {
    return error_text(ExitCode::run_failed,
                      [&] { cuda_.grouped_linear(rows, begins, w, b, Activation::none); });
  };
  EXPECT_TRUE(contains(forward(x, offsets, {}, {}), "needs at least one group"));
  EXPECT_TRUE(contains(forward(x, x, weight, {}),
                       "the groups' row offsets is (4, 3) of f32 (expected (2) of i64)"));
  EXPECT_TRUE(contains(forward(x, offsets, weight, biases), "1 groups need as many biases"));
  EXPECT_TRUE(contains(forward(cuda_.zeros({4, 2}, DType::f32), offsets, weight, {}),
                       "the rows of the groups is (4, 2) of f32 (expected (4, 3) of f32)"));
}

}  // namespace
}  // namespace switchyard::test
