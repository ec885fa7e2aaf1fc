#include "device/bfloat16.hpp"
#include "ops/cuda/map.cuh"
#include "ops/cuda/memory_kernels.hpp"

namespace switchyard {
namespace {

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

template <class To>
struct Converted {
  template <class From>
  __device__ To operator()(From x) const {
    return static_cast<To>(x);
  }
  __device__ To operator()(BFloat16 x) const { return static_cast<To>(static_cast<float>(x)); }
};

template <>
struct Converted<BFloat16> {
  template <class From>
  __device__ BFloat16 operator()(From x) const {
    return BFloat16(static_cast<float>(x));
  }
};

}  // namespace

template <class T>
void launch_fill(T* y, std::int64_t n, T value, cudaStream_t stream) {
  map(n, stream, Constant<T>{value}, y);
}

template <class From, class To>
void launch_convert(const From* x, To* y, std::int64_t n, cudaStream_t stream) {
  map(n, stream, Converted<To>{}, y, x);
}

#define SY_INSTANTIATE(T)                                                      \
  template void launch_fill(T*, std::int64_t, T, cudaStream_t);                \
  template void launch_convert(const T*, float*, std::int64_t, cudaStream_t);  \
  template void launch_convert(const T*, double*, std::int64_t, cudaStream_t); \
  template void launch_convert(const T*, BFloat16*, std::int64_t, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
SY_INSTANTIATE(std::int32_t)
SY_INSTANTIATE(std::int64_t)
SY_INSTANTIATE(std::uint8_t)
#undef SY_INSTANTIATE

}  // namespace switchyard
