#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

BatchStatistics CudaBackend::batch_norm_statistics(const Tensor& sums, double eps) {
  ref::expect_rank(sums, "the batch's sums", 2);
  const std::int64_t channels = (sums.dim(1) - 1) / 2;
  ref::expect(sums, "the batch's sums", {1, 2 * channels + 1}, DType::f64);
  auto statistic = [&](std::int64_t n) { return empty({n}, DType::f64); };
  BatchStatistics batch{
      {statistic(channels), statistic(channels)}, statistic(channels), statistic(1)};
  launch_batch_norm_statistics(stream(), sums.data<double>(), static_cast<int>(channels), eps,
                               batch.moments.mean.data<double>(),
                               batch.moments.inv_std.data<double>(), batch.variance.data<double>(),
                               batch.count.data<double>());
  return batch;
}

void CudaBackend::batch_norm_track(const BatchStatistics& batch, double momentum,
                                   Tensor& running_mean, Tensor& running_var, Tensor& tracked) {
  const Tensor& mean = batch.moments.mean;
  ref::expect_rank(mean, "the batch's mean", 1);
  ref::expect(mean, "the batch's mean", mean.shape(), DType::f64);
  ref::expect(batch.variance, "the batch's variance", mean.shape(), DType::f64);
  ref::expect(batch.count, "the number of rows", {1}, DType::f64);
  ref::expect(running_mean, "the running mean", mean.shape(), running_mean.dtype());
  ref::expect(running_var, "the running variance", mean.shape(), running_mean.dtype());
  SY_REQUIRE(tracked.defined() && tracked.numel() == 1 && tracked.dtype() == DType::i64,
             ExitCode::run_failed, "the number of batches tracked is {} of {} (expected one i64)",
             to_string(tracked.shape()), to_string(tracked.dtype()));
  dispatch_float(running_mean.dtype(), [&]<class P>() {
    launch_batch_norm_track<P>(
        stream(), static_cast<int>(mean.dim(0)), mean.data<double>(), batch.variance.data<double>(),
        batch.count.data<double>(), momentum,
        {running_mean.data<P>(), running_var.data<P>(), tracked.data<std::int64_t>()});
  });
}

}  // namespace switchyard
