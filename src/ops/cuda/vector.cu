#include "ops/cuda/chunk.cuh"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/reduce.cuh"
#include "ops/cuda/vector_kernels.hpp"

namespace switchyard {
namespace {

template <class T>
__device__ double to_double(T x) {
  return static_cast<Compute<T>>(x);
}

template <class T>
__device__ T from_double(double x) {
  return static_cast<T>(static_cast<Compute<T>>(x));
}

template <class From, class To>
__global__ void convert_all_kernel(ConvertList list) {
  const Chunk chunk = chunk_of_block(list);
  const From* from = static_cast<const From*>(list.address[chunk.tensor][0]);
  To* to = static_cast<To*>(list.address[chunk.tensor][1]);
  using Wider = std::conditional_t<(sizeof(From) > sizeof(To)), From, To>;
  for_packs_of<Wider>(chunk, list, [&]<int N>(std::int64_t i) {
    const Pack<From, N> x = load_pack<N>(from + i);
    Pack<To, N> y;
#pragma unroll
    for (int j = 0; j < N; ++j)
      y.at[j] = static_cast<To>(static_cast<Compute<To>>(static_cast<Compute<From>>(x.at[j])));
    store_pack(to + i, y);
  });
}

template <class T>
__global__ void partial_dots_kernel(VectorPairs pairs, double* partial) {
  const Chunk chunk = chunk_of_block(pairs);
  const T* a = static_cast<const T*>(pairs.address[chunk.tensor][0]);
  const T* b = static_cast<const T*>(pairs.address[chunk.tensor][1]);
  double sum = 0;
  for_packs_of<T>(chunk, pairs, [&]<int N>(std::int64_t i) {
    const Pack<T, N> x = load_pack<N>(a + i), y = load_pack<N>(b + i);
#pragma unroll
    for (int j = 0; j < N; ++j) sum += to_double(x.at[j]) * to_double(y.at[j]);
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

__global__ void total_kernel(const double* partial, std::int64_t n, double* total) {
  double sum = 0;
  for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) sum += partial[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *total = sum;
}

// One element's step, in the order of operations of the formula.
struct SgdRule {
  double learning_rate, gradient_factor, momentum, weight_decay;
  bool nesterov;

  template <class T>
  __device__ void step(T& parameter, T gradient, T& velocity) const {
    const double p = to_double(parameter);
    const double d = gradient_factor * to_double(gradient) + weight_decay * p;
    const double m = momentum * to_double(velocity) + d;
    velocity = from_double<T>(m);
    parameter = from_double<T>(p - learning_rate * (nesterov ? d + momentum * m : m));
  }
};

template <class T>
__global__ void sgd_step_kernel(SgdList list, SgdUpdate update) {
  if (update.skip && *update.skip != 0) return;
  const SgdRule rule{*update.learning_rate, update.gradient_factor ? *update.gradient_factor : 1.0,
                     update.momentum, update.weight_decay, update.nesterov};
  const Chunk chunk = chunk_of_block(list);
  T* parameter = static_cast<T*>(list.address[chunk.tensor][0]);
  const T* gradient = static_cast<const T*>(list.address[chunk.tensor][1]);
  T* momentum = static_cast<T*>(list.address[chunk.tensor][2]);
  for_packs_of<T>(chunk, list, [&]<int N>(std::int64_t i) {
    Pack<T, N> p = load_pack<N>(parameter + i), m = load_pack<N>(momentum + i);
    const Pack<T, N> g = load_pack<N>(gradient + i);
#pragma unroll
    for (int j = 0; j < N; ++j) rule.step(p.at[j], g.at[j], m.at[j]);
    store_pack(parameter + i, p);
    store_pack(momentum + i, m);
  });
}

}  // namespace

template <class From, class To>
void launch_convert_all(const ConvertList& list, cudaStream_t stream) {
  launch(convert_all_kernel<From, To>, dim3(list.chunks()), kBlock, stream, list);
}

template <class T>
void launch_partial_dots(const VectorPairs& pairs, double* partial, cudaStream_t stream) {
  launch(partial_dots_kernel<T>, dim3(pairs.chunks()), kBlock, stream, pairs, partial);
}

void launch_total(const double* partial, std::int64_t n, double* sum, cudaStream_t stream) {
  launch(total_kernel, dim3(1), 1024, stream, partial, n, sum);
}

template <class T>
void launch_sgd_step(const SgdList& list, const SgdUpdate& update, cudaStream_t stream) {
  launch(sgd_step_kernel<T>, dim3(list.chunks()), kBlock, stream, list, update);
}

#define SY_INSTANTIATE(T)                                                          \
  template void launch_convert_all<T, float>(const ConvertList&, cudaStream_t);    \
  template void launch_convert_all<T, double>(const ConvertList&, cudaStream_t);   \
  template void launch_convert_all<T, BFloat16>(const ConvertList&, cudaStream_t); \
  template void launch_partial_dots<T>(const VectorPairs&, double*, cudaStream_t); \
  template void launch_sgd_step<T>(const SgdList&, const SgdUpdate&, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
