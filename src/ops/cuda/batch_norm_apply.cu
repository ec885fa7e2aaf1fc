#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/channel_map.cuh"

namespace switchyard {
namespace {

// kCount coefficients of each of the block's channels, made in double by one thread a channel.
template <class C, int N, int kCount>
struct Coefficients {
  struct Values {
    double at[kCount];
  };
  C of_channel[kCount][kMaxPacks * N];

  /// make(c) gives channel c's; all threads of the block call this.
  template <class F>
  __device__ void fill(const ChannelWalk& walk, F&& make) {
    for (int i = static_cast<int>(threadIdx.x); i < walk.packs * N; i += kBlock) {
      const int c = walk.block_channel(N) + i;
      if (c >= walk.channels) break;
      const Values made = make(c);
#pragma unroll
      for (int k = 0; k < kCount; ++k) of_channel[k][i] = static_cast<C>(made.at[k]);
    }
    __syncthreads();
  }
  /// The k-th of this thread's channels.
  __device__ Pack<C, N> own(const ChannelWalk& walk, int k) const {
    Pack<C, N> pack;
#pragma unroll
    for (int j = 0; j < N; ++j) pack.at[j] = of_channel[k][walk.pack() * N + j];
    return pack;
  }
};

template <class T, int N>
__global__ void __launch_bounds__(kBlock, kBlocksPerMultiprocessor)
    apply_kernel(ChannelWalk walk, BatchNormMoments moments, BatchNormApply<T> p) {
  using C = Compute<T>;
  using Slopes = Coefficients<C, N, 2>;
  __shared__ Slopes coefficients;
  coefficients.fill(walk, [&](int c) -> typename Slopes::Values {
    const double slope = p.gamma[c] * moments.inv_std[c];
    return {{slope, p.beta[c] - moments.mean[c] * slope}};
  });
  if (!walk.takes_part(N)) return;
  const Pack<C, N> slope = coefficients.own(walk, 0), offset = coefficients.own(walk, 1);
  struct Row {
    Pack<T, N> x, residual;
  };
  for_each_pack<N, kLoadsInFlight>(
      walk,
      [&](std::int64_t i) -> Row {
        return {load_pack<N>(p.x + i), p.residual ? load_pack<N>(p.residual + i) : Pack<T, N>{}};
      },
      [&](std::int64_t i, const Row& row) {
        Pack<T, N> y;
#pragma unroll
        for (int j = 0; j < N; ++j) {
          C v = static_cast<C>(row.x.at[j]) * slope.at[j] + offset.at[j];
          if (p.residual) v += static_cast<C>(row.residual.at[j]);
          if (p.relu && v <= 0) v = 0;
          y.at[j] = static_cast<T>(v);
        }
        store_pack(p.y + i, y);
      });
}

// dx = gamma inv_std (g - s0 / n - xhat s1 / n) = a g + b x + c
template <class T, int N>
__global__ void __launch_bounds__(kBlock, kBlocksPerMultiprocessor)
    grad_kernel(ChannelWalk walk, BatchNormMoments moments, BatchNormGradient<T> p) {
  using C = Compute<T>;
  using Slopes = Coefficients<C, N, 3>;
  __shared__ Slopes coefficients;
  const double rows = *p.count > 1 ? *p.count : 1;
  coefficients.fill(walk, [&](int c) -> typename Slopes::Values {
    const double a = p.gamma[c] * moments.inv_std[c];
    const double b = -a * moments.inv_std[c] * p.sums[walk.channels + c] / rows;
    return {{a, b, -a * p.sums[c] / rows - b * moments.mean[c]}};
  });
  if (!walk.takes_part(N)) return;
  const Pack<C, N> a = coefficients.own(walk, 0), b = coefficients.own(walk, 1),
                   c = coefficients.own(walk, 2);
  struct Row {
    Pack<T, N> dy, y, x;
  };
  for_each_pack<N, kLoadsInFlight / 2>(
      walk,
      [&](std::int64_t i) -> Row {
        return {load_pack<N>(p.in.dy + i), p.in.y ? load_pack<N>(p.in.y + i) : Pack<T, N>{},
                load_pack<N>(p.in.x + i)};
      },
      [&](std::int64_t i, const Row& row) {
        Pack<T, N> dx, dresidual;
#pragma unroll
        for (int j = 0; j < N; ++j) {
          const bool passes = !p.in.y || static_cast<C>(row.y.at[j]) > 0;
          const C g = passes ? static_cast<C>(row.dy.at[j]) : 0;
          dresidual.at[j] = static_cast<T>(g);
          dx.at[j] =
              static_cast<T>(a.at[j] * g + (b.at[j] * static_cast<C>(row.x.at[j]) + c.at[j]));
        }
        store_pack(p.dx + i, dx);
        if (p.dresidual) store_pack(p.dresidual + i, dresidual);
      });
}

}  // namespace

template <class T>
void launch_batch_norm_apply(cudaStream_t stream, const BatchNormExtent& extent,
                             const BatchNormMoments& moments, const BatchNormApply<T>& apply) {
  constexpr int kPack = kPackSize<T>;
  if (extent.channels % kPack == 0 && aligned_to(kAccessBytes, apply.x, apply.residual, apply.y))
    launch_walk<kPack>(stream, extent, apply_kernel<T, kPack>, kLoadsInFlight, moments, apply);
  else
    launch_walk<1>(stream, extent, apply_kernel<T, 1>, kLoadsInFlight, moments, apply);
}

template <class T>
void launch_batch_norm_grad(cudaStream_t stream, const BatchNormExtent& extent,
                            const BatchNormMoments& moments, const BatchNormGradient<T>& grad) {
  constexpr int kPack = kPackSize<T>;
  if (extent.channels % kPack == 0 &&
      aligned_to(kAccessBytes, grad.in.dy, grad.in.y, grad.in.x, grad.dx, grad.dresidual))
    launch_walk<kPack>(stream, extent, grad_kernel<T, kPack>, kLoadsInFlight, moments, grad);
  else
    launch_walk<1>(stream, extent, grad_kernel<T, 1>, kLoadsInFlight, moments, grad);
}

#define SY_INSTANTIATE(T)                                                                   \
  template void launch_batch_norm_apply(cudaStream_t, const BatchNormExtent&,               \
                                        const BatchNormMoments&, const BatchNormApply<T>&); \
  template void launch_batch_norm_grad(cudaStream_t, const BatchNormExtent&,                \
                                       const BatchNormMoments&, const BatchNormGradient<T>&);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
