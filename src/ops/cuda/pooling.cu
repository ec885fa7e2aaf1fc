#include "ops/cuda/pooling_kernels.hpp"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

// The i-th pack of N channels of the images' means, and where it lies in the images.
template <int N>
struct PackOfImage {
  std::int64_t mean;
  std::int64_t first_pixel;

  __device__ PackOfImage(const PoolExtent& extent, std::int64_t i) : mean(i * N) {
    const std::int64_t image = mean / extent.channels;
    first_pixel = image * extent.pixels * extent.channels + mean % extent.channels;
  }
};

template <class T, int N>
struct Pool {
  PoolExtent extent;
  double weight;
  const T* x;
  Compute<T>* y;

  __device__ void operator()(std::int64_t i) const {
    const PackOfImage<N> pack(extent, i);
    double sum[N] = {};
#pragma unroll 8
    for (std::int64_t p = 0; p < extent.pixels; ++p) {
      const Pack<T, N> pixel = load_pack<N>(x + pack.first_pixel + p * extent.channels);
#pragma unroll
      for (int j = 0; j < N; ++j) sum[j] += static_cast<Compute<T>>(pixel.at[j]);
    }
    Pack<Compute<T>, N> mean;
#pragma unroll
    for (int j = 0; j < N; ++j) mean.at[j] = static_cast<Compute<T>>(sum[j] * weight);
    store_pack(y + pack.mean, mean);
  }
};

template <class T, int N>
struct PoolGrad {
  PoolExtent extent;
  double weight;
  const Compute<T>* dy;
  T* dx;

  __device__ void operator()(std::int64_t i) const {
    const PackOfImage<N> pack(extent, i);
    const Pack<Compute<T>, N> grad = load_pack<N>(dy + pack.mean);
    Pack<T, N> share;
#pragma unroll
    for (int j = 0; j < N; ++j)
      share.at[j] = static_cast<T>(static_cast<Compute<T>>(grad.at[j] * weight));
    for (std::int64_t p = 0; p < extent.pixels; ++p)
      store_pack(dx + pack.first_pixel + p * extent.channels, share);
  }
};

double weight_of_pixel(const PoolExtent& extent) {
  return 1.0 / static_cast<double>(std::max<std::int64_t>(extent.pixels, 1));
}

template <class T>
bool in_packs(const PoolExtent& extent, const T* pixels, const Compute<T>* means) {
  return extent.channels % kPackSize<T> == 0 && aligned_to(kAccessBytes, pixels) &&
         aligned_to(sizeof(Pack<Compute<T>, kPackSize<T>>), means);
}

}  // namespace

template <class T>
void launch_global_avg_pool(cudaStream_t stream, const PoolExtent& extent, const T* x,
                            Compute<T>* y) {
  constexpr int kPack = kPackSize<T>;
  const std::int64_t means = extent.images * extent.channels;
  if (in_packs<T>(extent, x, y))
    for_each(means / kPack, stream, Pool<T, kPack>{extent, weight_of_pixel(extent), x, y});
  else
    for_each(means, stream, Pool<T, 1>{extent, weight_of_pixel(extent), x, y});
}

template <class T>
void launch_global_avg_pool_grad(cudaStream_t stream, const PoolExtent& extent,
                                 const Compute<T>* dy, T* dx) {
  constexpr int kPack = kPackSize<T>;
  const std::int64_t means = extent.images * extent.channels;
  if (in_packs<T>(extent, dx, dy))
    for_each(means / kPack, stream, PoolGrad<T, kPack>{extent, weight_of_pixel(extent), dy, dx});
  else
    for_each(means, stream, PoolGrad<T, 1>{extent, weight_of_pixel(extent), dy, dx});
}

#define SY_INSTANTIATE(T)                                                                          \
  template void launch_global_avg_pool<T>(cudaStream_t, const PoolExtent&, const T*, Compute<T>*); \
  template void launch_global_avg_pool_grad<T>(cudaStream_t, const PoolExtent&, const Compute<T>*, \
                                               T*);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
