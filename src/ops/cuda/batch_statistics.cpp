#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

template <class P>
BatchNormRunning<P> pointers(const RunningStatistics* running, std::int64_t channels) {
  if (!running) return {};
  Tensor &mean = *running->mean, &variance = *running->variance, &tracked = *running->tracked;
  ref::expect(mean, "the running mean", {channels}, mean.dtype());
  ref::expect(variance, "the running variance", {channels}, mean.dtype());
  SY_REQUIRE(tracked.defined() && tracked.numel() == 1 && tracked.dtype() == DType::i64,
             ExitCode::run_failed, "the number of batches tracked is {} of {} (expected one i64)",
             to_string(tracked.shape()), to_string(tracked.dtype()));
  return {mean.data<P>(), variance.data<P>(), tracked.data<std::int64_t>(), running->momentum};
}

}  // namespace

BatchStatistics CudaBackend::batch_norm_statistics(const Tensor& sums, double eps,
                                                   const RunningStatistics* running) {
  ref::expect_rank(sums, "the batch's sums", 2);
  const std::int64_t channels = (sums.dim(1) - 1) / 2;
  ref::expect(sums, "the batch's sums", {1, 2 * channels + 1}, DType::f64);
  auto statistic = [&](std::int64_t n) { return empty({n}, DType::f64); };
  BatchStatistics batch{
      {statistic(channels), statistic(channels)}, statistic(channels), statistic(1)};
  const BatchNormStatistics out{batch.moments.mean.data<double>(),
                                batch.moments.inv_std.data<double>(), batch.variance.data<double>(),
                                batch.count.data<double>()};
  dispatch_float(running ? running->mean->dtype() : DType::f64, [&]<class P>() {
    launch_batch_norm_statistics<P>(stream(), sums.data<double>(), static_cast<int>(channels), eps,
                                    out, pointers<P>(running, channels));
  });
  return batch;
}

}  // namespace switchyard
