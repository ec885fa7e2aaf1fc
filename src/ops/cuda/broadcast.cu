#include "device/cuda/launch.hpp"
#include "ops/cuda/binary_functions.cuh"
#include "ops/cuda/broadcast_kernels.hpp"

namespace switchyard {
namespace {

struct Places {
  std::int64_t a, b;
};

// Where element i of the result finds its operands.
__device__ Places places_of(std::int64_t i, const Broadcast& plan) {
  Places at{0, 0};
  for (int d = plan.dims - 1; d >= 0; --d) {
    const std::int64_t outer = d > 0 ? i / plan.length[d] : 0;
    const std::int64_t inner = i - outer * plan.length[d];
    at.a += inner * plan.step_a[d];
    at.b += inner * plan.step_b[d];
    i = outer;
  }
  return at;
}

template <class T, class F>
struct BinaryBroadcast {
  const T* a;
  const T* b;
  T* y;
  Broadcast plan;
  F f;
  __device__ void operator()(std::int64_t i) const {
    const Places at = places_of(i, plan);
    y[i] = f(a[at.a], b[at.b]);
  }
};

template <class T>
struct Copy {
  const T* x;
  T* y;
  Broadcast plan;
  __device__ void operator()(std::int64_t i) const { y[i] = x[places_of(i, plan).a]; }
};

}  // namespace

template <class T>
void launch_binary_broadcast(BinaryOp op, const T* a, const T* b, T* y, std::int64_t n,
                             const Broadcast& plan, cudaStream_t stream) {
  with_binary<T>(op, [&](auto f) {
    for_each(n, stream, BinaryBroadcast<T, decltype(f)>{a, b, y, plan, f});
  });
}

template <class T>
void launch_broadcast(const T* x, T* y, std::int64_t n, const Broadcast& plan,
                      cudaStream_t stream) {
  for_each(n, stream, Copy<T>{x, y, plan});
}

#define SY_INSTANTIATE(T)                                                               \
  template void launch_binary_broadcast(BinaryOp, const T*, const T*, T*, std::int64_t, \
                                        const Broadcast&, cudaStream_t);                \
  template void launch_broadcast(const T*, T*, std::int64_t, const Broadcast&, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
