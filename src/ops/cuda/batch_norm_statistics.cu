#include "device/cuda/launch.hpp"
#include "ops/cuda/batch_norm_kernels.hpp"

namespace switchyard {
namespace {

template <class P>
struct Statistics {
  const double* sums;
  int channels;
  double eps;
  BatchNormStatistics out;
  BatchNormRunning<P> running;

  __device__ void operator()(std::int64_t c) const {
    const double rows = sums[2 * channels];
    if (c == channels) {
      *out.count = rows;
      if (running.mean) ++*running.tracked;
      return;
    }
    const double weight = 1 / (rows > 1 ? rows : 1);
    const double mean = sums[c] * weight;
    const double difference = sums[channels + c] * weight - mean * mean;
    const double variance = difference < 0 ? 0 : difference;  // rounding, of a constant channel
    out.mean[c] = mean;
    out.variance[c] = variance;
    out.inv_std[c] = 1 / std::sqrt(variance + eps);
    if (running.mean && rows > 0) track(c, rows, mean, variance);
  }
  __device__ void track(std::int64_t c, double rows, double mean, double variance) const {
    const double unbias = rows > 1 ? rows / (rows - 1) : 1;
    running.mean[c] = blend(running.mean[c], mean, running.momentum);
    running.variance[c] = blend(running.variance[c], variance, running.momentum * unbias);
  }
  __device__ P blend(P old, double fresh, double weight) const {
    return static_cast<P>(old * (1 - running.momentum) + fresh * weight);
  }
};

}  // namespace

template <class P>
void launch_batch_norm_statistics(cudaStream_t stream, const double* sums, int channels, double eps,
                                  const BatchNormStatistics& out,
                                  const BatchNormRunning<P>& running) {
  for_each(channels + 1, stream, Statistics<P>{sums, channels, eps, out, running});
}

template void launch_batch_norm_statistics(cudaStream_t, const double*, int, double,
                                           const BatchNormStatistics&,
                                           const BatchNormRunning<float>&);
template void launch_batch_norm_statistics(cudaStream_t, const double*, int, double,
                                           const BatchNormStatistics&,
                                           const BatchNormRunning<double>&);

}  // namespace switchyard
