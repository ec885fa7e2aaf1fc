#pragma once
// Launches of batch normalisation over a (rows, channels) matrix. T is float, double or BFloat16;
// parameters are Compute<T>, moments and sums double. All pointers are device memory; `y` and
// `residual` may be null where stated. Every tensor is read and written once.

#include <cuda_runtime.h>

#include <cstdint>

#include "ops/cuda/compute.hpp"

namespace switchyard {

struct BatchNormExtent {
  std::int64_t rows;
  int channels;
  int multiprocessors;  ///< of the device: what fills it

  /// Blocks whose partial sums are added up in the second pass of a sum.
  int partial_blocks() const { return 2 * multiprocessors; }
};

struct BatchNormMoments {
  const double* mean;
  const double* inv_std;
};

/// What reaches a normalisation's backward.
template <class T>
struct BatchNormGradInputs {
  const T* dy;
  const T* y;  ///< output of the ReLU, or null: no activation
  const T* x;
};

/// sums (2 channels + 1): sums of x, of x^2, and the number of rows. Terms of float and double are
/// added in double; squares of bfloat16 are exact in float, where at most 8 are added before they
/// join a sum in double: relative error below 8 x 2^-24. `partial`: (partial_blocks(), 2,
/// channels).
template <class T>
void launch_batch_norm_sums(cudaStream_t stream, const BatchNormExtent& extent, const T* x,
                            double* partial, double* sums);

/// (2, channels), of g and of g xhat, to the same precision; and the same rounded, by channel.
template <class T>
struct BatchNormGradSumsOut {
  double* sums;
  Compute<T>* dgamma;  ///< of g xhat
  Compute<T>* dbeta;   ///< of g
};

template <class T>
void launch_batch_norm_grad_sums(cudaStream_t stream, const BatchNormExtent& extent,
                                 const BatchNormGradInputs<T>& in, const BatchNormMoments& moments,
                                 double* partial, const BatchNormGradSumsOut<T>& out);

/// What reaches the tangent of a normalisation's backward.
template <class T>
struct BatchNormGradTangents {
  BatchNormGradInputs<T> in;
  const T* tdy;
  const T* tx;
};

/// Of tg, and of tg xhat + g tx inv_std.
template <class T>
void launch_batch_norm_grad_sums_tangent(cudaStream_t stream, const BatchNormExtent& extent,
                                         const BatchNormGradTangents<T>& in,
                                         const BatchNormMoments& moments, double* partial,
                                         const BatchNormGradSumsOut<T>& out);

/// ChannelSum; null what is absent. Slopes and offset by channel.
template <class T>
struct ChannelAffine {
  const T* first;
  const Compute<T>* first_slope;
  const T* second;
  const Compute<T>* second_slope;
  const Compute<T>* offset;
  const T* addend;
  const T* mask;
  T* y;
};

template <class T>
void launch_channel_affine(cudaStream_t stream, const BatchNormExtent& extent,
                           const ChannelAffine<T>& affine);

template <class T>
struct BatchNormApply {
  const T* x;
  const T* residual;  ///< or null
  const Compute<T>* gamma;
  const Compute<T>* beta;
  bool relu;
  T* y;
};

template <class T>
void launch_batch_norm_apply(cudaStream_t stream, const BatchNormExtent& extent,
                             const BatchNormMoments& moments, const BatchNormApply<T>& apply);

template <class T>
struct BatchNormGradient {
  BatchNormGradInputs<T> in;
  const Compute<T>* gamma;
  const double* sums;   ///< (2, channels), of all rows that were normalised together
  const double* count;  ///< how many those were
  T* dx;
  T* dresidual;  ///< or null
};

template <class T>
void launch_batch_norm_grad(cudaStream_t stream, const BatchNormExtent& extent,
                            const BatchNormMoments& moments, const BatchNormGradient<T>& grad);

/// By channel, and the number of rows.
struct BatchNormStatistics {
  double* mean;
  double* inv_std;
  double* variance;
  double* count;
};

/// See RunningStatistics. P is float or double.
template <class P>
struct BatchNormRunning {
  P* mean = nullptr;  ///< null: nothing is tracked
  P* variance = nullptr;
  std::int64_t* tracked = nullptr;
  double momentum = 0;
};

/// Of sums (2 channels + 1); see Backend::batch_norm_statistics.
template <class P>
void launch_batch_norm_statistics(cudaStream_t stream, const double* sums, int channels, double eps,
                                  const BatchNormStatistics& out,
                                  const BatchNormRunning<P>& running);

}  // namespace switchyard
