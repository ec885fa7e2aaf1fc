// Batch normalisation of large batches, of far means, and of memory that packs do not fit.

#include "ops/cuda/on_device.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

class CudaBatchNorm : public OnDevice {
 protected:
  static constexpr double kEps = 1e-5;

  BatchMoments on_device(const BatchMoments& host) { return {put(host.mean), put(host.inv_std)}; }

  /// Forward and backward of x, gradient dy, with residual and ReLU.
  void expect_reference(const Tensor& x, const Tensor& dy, const Tensor& residual, bool askew) {
    const auto place = [&](const Tensor& t) { return askew ? put_askew(t) : put(t); };
    const Tensor px = place(x), pdy = place(dy), presidual = place(residual);
    const Tensor gamma = scattered({x.dim(-1)}, 7), beta = scattered({x.dim(-1)}, 8);
    const double sum_error = 1e-13 * static_cast<double>(x.numel());

    const Tensor sums = ref_.batch_norm_sums(x);
    expect_near(cuda_.batch_norm_sums(px), sums, sum_error);
    const BatchStatistics batch = ref_.batch_norm_statistics(sums, kEps, nullptr);
    const BatchMoments by = on_device(batch.moments);
    const Tensor y =
        ref_.batch_norm_apply(x, batch.moments, gamma, beta, residual, Activation::relu);
    expect_near(cuda_.batch_norm_apply(px, by, put(gamma), put(beta), presidual, Activation::relu),
                y, 2e-6);

    const Tensor grad_sums = ref_.batch_norm_grad_sums(dy, y, x, batch.moments).sums;
    const auto own = cuda_.batch_norm_grad_sums(pdy, place(y), px, by);
    expect_near(own.sums, grad_sums, sum_error);
    const Tensor back = ref_.from_host(get(own.sums).data(), {2, x.dim(-1)}, DType::f64);
    const Tensor rounded = ref_.convert(back, x.dtype());
    expect_near(own.dbeta, rounded.rows(0, 1).reshape({x.dim(-1)}), 0);
    expect_near(own.dgamma, rounded.rows(1, 2).reshape({x.dim(-1)}), 0);

    const auto expected =
        ref_.batch_norm_grad(dy, y, x, batch.moments, gamma, grad_sums, batch.count, true);
    const auto found = cuda_.batch_norm_grad(pdy, place(y), px, by, put(gamma), put(grad_sums),
                                             put(batch.count), true);
    expect_near(found.dx, expected.dx, 2e-6);
    expect_near(found.dresidual, expected.dresidual, 0);
  }
};

TEST_F(CudaBatchNorm, CoversBatchesThatBlocksSweepSeveralTimes) {
  const Shape shape{40'003, 64};
  expect_reference(scattered(shape, 1), scattered(shape, 2), scattered(shape, 3), false);
}

TEST_F(CudaBatchNorm, TakesMoreChannelsThanABlockCovers) {
  const Shape shape{9, 1028};
  expect_reference(scattered(shape, 1), scattered(shape, 2), scattered(shape, 3), false);
}

TEST_F(CudaBatchNorm, TakesMemoryThatPacksDoNotFit) {
  const Shape shape{37, 64};
  expect_reference(scattered(shape, 1), scattered(shape, 2), scattered(shape, 3), true);
}

// E[x^2] - E[x]^2 loses as many digits as the mean is far; what is left must be those of double.
TEST_F(CudaBatchNorm, KeepsTheVarianceOfAFarMean) {
  const Tensor far =
      ref_.binary(BinaryOp::add, scattered({5000, 8}, 1), ref_.full({1}, DType::f32, 4096.0));
  const auto expected = ref_.batch_norm_statistics(ref_.batch_norm_sums(far), kEps, nullptr);
  const auto found = cuda_.batch_norm_statistics(cuda_.batch_norm_sums(put(far)), kEps, nullptr);
  ASSERT_GT(values(ref_, expected.variance)[0], 0.1);
  expect_near(found.variance, expected.variance, 1e-6);
  expect_near(found.moments.mean, expected.moments.mean, 1e-9);
}

TEST_F(CudaBatchNorm, NamesWhatDoesNotFit) {
  const Tensor x = put(scattered({4, 3}, 1));
  const Tensor moment = cuda_.zeros({3}, DType::f64), gamma = cuda_.zeros({3}, DType::f32);
  const BatchMoments by{moment, moment};
  const auto apply = [&](const BatchMoments& moments, const Tensor& scale, const Tensor& residual) {
    return error_text(ExitCode::run_failed, [&] {
      cuda_.batch_norm_apply(x, moments, scale, gamma, residual, Activation::none);
    });
  };
  EXPECT_TRUE(contains(apply({moment, gamma}, gamma, {}),
                       "the inverse standard deviation is (3) of f32 (expected (3) of f64)"));
  EXPECT_TRUE(contains(apply(by, moment, {}), "gamma is (3) of f64 (expected (3) of f32)"));
  EXPECT_TRUE(contains(apply(by, gamma, moment), "the residual is (3) of f64"));
  EXPECT_TRUE(contains(
      error_text(ExitCode::run_failed, [&] { cuda_.batch_norm_grad_sums(x, gamma, x, by); }),
      "the output of the normalisation is (3) of f32"));
}

TEST_F(CudaBatchNorm, NamesRunningStatisticsThatDoNotFit) {
  const Tensor sums = cuda_.zeros({1, 7}, DType::f64);
  Tensor three = cuda_.zeros({3}, DType::f32), wide = cuda_.zeros({3}, DType::f64);
  const auto refusal = [&](const RunningStatistics& running) {
    return error_text(ExitCode::run_failed,
                      [&] { cuda_.batch_norm_statistics(sums, kEps, &running); });
  };
  EXPECT_TRUE(contains(refusal({&three, &wide, &three, 0.1}),
                       "the running variance is (3) of f64 (expected (3) of f32)"));
  EXPECT_TRUE(contains(refusal({&three, &three, &three, 0.1}),
                       "the number of batches tracked is (3) of f32 (expected one i64)"));
}

}  // namespace
}  // namespace switchyard::test
