#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/random_kernels.hpp"

namespace switchyard {
namespace {

struct NormalNumber {
  __device__ double operator()(const RandomStream& stream, std::uint64_t sample,
                               std::uint32_t column) const {
    return stream.normal(sample, column);
  }
};

struct DropoutFactor {
  double p;
  __device__ double operator()(const RandomStream& stream, std::uint64_t sample,
                               std::uint32_t column) const {
    return stream.uniform(sample, column) < p ? 0.0 : 1 / (1 - p);
  }
};

template <class T, class Number>
struct FillBySample {
  RandomRows keys;
  Number number;
  T* y;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t row = i / keys.columns;
    const auto column = static_cast<std::uint32_t>(i - row * keys.columns) + keys.first_column;
    const RandomStream stream(keys.seed, keys.purpose, static_cast<std::uint64_t>(*keys.step));
    const double value = number(stream, static_cast<std::uint64_t>(keys.sample_ids[row]), column);
    y[i] = static_cast<T>(static_cast<Compute<T>>(value));
  }
};

template <class T, class Number>
void fill_by_sample(const RandomRows& keys, Number number, T* y, cudaStream_t stream) {
  for_each(keys.rows * keys.columns, stream, FillBySample<T, Number>{keys, number, y});
}

}  // namespace

template <class T>
void launch_random_normal(const RandomRows& keys, T* y, cudaStream_t stream) {
  fill_by_sample(keys, NormalNumber{}, y, stream);
}

template <class T>
void launch_dropout_mask(const RandomRows& keys, double p, T* y, cudaStream_t stream) {
  fill_by_sample(keys, DropoutFactor{p}, y, stream);
}

#define SY_INSTANTIATE(T)                                                  \
  template void launch_random_normal(const RandomRows&, T*, cudaStream_t); \
  template void launch_dropout_mask(const RandomRows&, double, T*, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
