#include "device/cuda/launch.hpp"
#include "ops/cuda/batch_norm_kernels.hpp"

namespace switchyard {
namespace {

struct Statistics {
  const double* sums;
  int channels;
  double eps;
  double* mean;
  double* inv_std;
  double* variance;
  double* count;

  __device__ void operator()(std::int64_t c) const {
    const double rows = sums[2 * channels];
    if (c == channels) {
      *count = rows;
      return;
    }
    const double weight = 1 / (rows > 1 ? rows : 1);
    const double m = sums[c] * weight;
    const double v = sums[channels + c] * weight - m * m;
    mean[c] = m;
    variance[c] = v < 0 ? 0 : v;  // rounding, where a channel is constant
    inv_std[c] = 1 / std::sqrt(variance[c] + eps);
  }
};

template <class P>
struct Track {
  int channels;
  const double* mean;
  const double* variance;
  const double* count;
  double momentum;
  RunningStatistics<P> running;

  __device__ void operator()(std::int64_t c) const {
    const double rows = *count;
    if (c == channels) {
      ++*running.tracked;
    } else if (rows > 0) {
      const double unbias = rows > 1 ? rows / (rows - 1) : 1;
      running.mean[c] = blend(running.mean[c], mean[c], momentum);
      running.variance[c] = blend(running.variance[c], variance[c], momentum * unbias);
    }
  }
  __device__ P blend(P old, double fresh, double weight) const {
    return static_cast<P>(old * (1 - momentum) + fresh * weight);
  }
};

}  // namespace

void launch_batch_norm_statistics(cudaStream_t stream, const double* sums, int channels, double eps,
                                  double* mean, double* inv_std, double* variance, double* count) {
  for_each(channels + 1, stream, Statistics{sums, channels, eps, mean, inv_std, variance, count});
}

template <class P>
void launch_batch_norm_track(cudaStream_t stream, int channels, const double* mean,
                             const double* variance, const double* count, double momentum,
                             const RunningStatistics<P>& running) {
  for_each(channels + 1, stream, Track<P>{channels, mean, variance, count, momentum, running});
}

template void launch_batch_norm_track(cudaStream_t, int, const double*, const double*,
                                      const double*, double, const RunningStatistics<float>&);
template void launch_batch_norm_track(cudaStream_t, int, const double*, const double*,
                                      const double*, double, const RunningStatistics<double>&);

}  // namespace switchyard
