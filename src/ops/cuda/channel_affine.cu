#include "ops/cuda/channel_map.cuh"

namespace switchyard {
namespace {

// The coefficients of a thread's N channels, zeros for an absent vector.
template <int N, class C>
__device__ Pack<C, N> coefficients(const C* of_channel, int first) {
  Pack<C, N> own;
#pragma unroll
  for (int j = 0; j < N; ++j) own.at[j] = of_channel ? of_channel[first + j] : C{0};
  return own;
}

template <int N, class T>
__device__ Pack<T, N> load_or_nothing(const T* from, std::int64_t i) {
  return from ? load_pack<N>(from + i) : Pack<T, N>{};
}

template <class T, int N>
__global__ void __launch_bounds__(kBlock, kBlocksPerMultiprocessor)
    channel_affine_kernel(ChannelWalk walk, ChannelAffine<T> p) {
  using C = Compute<T>;
  if (!walk.takes_part(N)) return;
  const int channel = walk.channel(N);
  const Pack<C, N> first = coefficients<N>(p.first_slope, channel),
                   second = coefficients<N>(p.second_slope, channel),
                   offset = coefficients<N>(p.offset, channel);
  struct Row {
    Pack<T, N> first, second, addend, mask;
  };
  for_each_pack<N, kLoadsInFlight / 2>(
      walk,
      [&](std::int64_t i) -> Row {
        return {load_pack<N>(p.first + i), load_or_nothing<N>(p.second, i),
                load_or_nothing<N>(p.addend, i), load_or_nothing<N>(p.mask, i)};
      },
      [&](std::int64_t i, const Row& row) {
        Pack<T, N> y;
#pragma unroll
        for (int j = 0; j < N; ++j) {
          C v = static_cast<C>(row.first.at[j]) * first.at[j] + offset.at[j];
          if (p.second) v += static_cast<C>(row.second.at[j]) * second.at[j];
          if (p.addend) v += static_cast<C>(row.addend.at[j]);
          const bool counts = !p.mask || static_cast<C>(row.mask.at[j]) > 0;
          y.at[j] = static_cast<T>(counts ? v : C{0});
        }
        store_pack(p.y + i, y);
      });
}

}  // namespace

template <class T>
void launch_channel_affine(cudaStream_t stream, const BatchNormExtent& extent,
                           const ChannelAffine<T>& p) {
  constexpr int kPack = kPackSize<T>;
  if (extent.channels % kPack == 0 &&
      aligned_to(kAccessBytes, p.first, p.second, p.addend, p.mask, p.y))
    launch_walk<kPack>(stream, extent, channel_affine_kernel<T, kPack>, kLoadsInFlight, p);
  else
    launch_walk<1>(stream, extent, channel_affine_kernel<T, 1>, kLoadsInFlight, p);
}

#define SY_INSTANTIATE(T)                                                   \
  template void launch_channel_affine(cudaStream_t, const BatchNormExtent&, \
                                      const ChannelAffine<T>&);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
