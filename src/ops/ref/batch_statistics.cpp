// Statistics of a batch that is normalised, in double.

#include <algorithm>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

void track(Backend& backend, const BatchStatistics& batch, const RunningStatistics& running) {
  const Tensor& tracked = *running.tracked;
  SY_REQUIRE(tracked.defined() && tracked.numel() == 1 && tracked.dtype() == DType::i64,
             ExitCode::run_failed, "the number of batches tracked is {} of {} (expected one i64)",
             to_string(tracked.shape()), to_string(tracked.dtype()));
  const Shape channels = batch.variance.shape();
  ref::expect(*running.mean, "the running mean", channels, running.mean->dtype());
  ref::expect(*running.variance, "the running variance", channels, running.mean->dtype());
  auto blend = [&](Tensor& old, const Tensor& fresh, double weight) {
    const Tensor kept = backend.scale(backend.convert(old, DType::f64), 1.0 - running.momentum);
    const Tensor sum = backend.binary(BinaryOp::add, kept, backend.scale(fresh, weight));
    backend.upload(backend.convert(sum, old.dtype()).raw(), old);
  };
  running.tracked->data<std::int64_t>()[0] += 1;
  const double count = batch.count.data<double>()[0];
  if (count == 0) return;
  const double unbias = count > 1 ? count / (count - 1) : 1.0;
  blend(*running.mean, batch.moments.mean, running.momentum);
  blend(*running.variance, batch.variance, running.momentum * unbias);
}

}  // namespace

BatchStatistics RefBackend::batch_norm_statistics(const Tensor& sums, double eps,
                                                  const RunningStatistics* running) {
  ref::expect_rank(sums, "the batch's sums", 2);
  const std::int64_t channels = (sums.dim(1) - 1) / 2;
  ref::expect(sums, "the batch's sums", {1, 2 * channels + 1}, DType::f64);
  const Tensor count = slice_columns(sums, 2 * channels, 2 * channels + 1).reshape({1});
  const double inverse = 1.0 / std::max(count.data<double>()[0], 1.0);
  auto mean_of = [&](std::int64_t first) {
    return scale(slice_columns(sums, first, first + channels), inverse).reshape({channels});
  };
  const Tensor mean = mean_of(0), mean_square = mean_of(channels);
  // E[x^2] - E[x]^2: rounding may leave a constant channel just below zero.
  const Tensor variance =
      relu(binary(BinaryOp::sub, mean_square, binary(BinaryOp::mul, mean, mean)));
  const Tensor shifted = binary(BinaryOp::add, variance, full({1}, DType::f64, eps));
  const Tensor inv_std = unary(UnaryOp::reciprocal, 0, unary(UnaryOp::sqrt, 0, shifted));
  const BatchStatistics batch{{mean, inv_std}, variance, count};
  if (running) track(*this, batch, *running);
  return batch;
}

}  // namespace switchyard
