#pragma once
// y[i] = f(x0[i], x1[i], ...) over tensors of one shape: every byte moves once, in 16-byte
// accesses.

#include <algorithm>

#include "ops/cuda/vector_access.cuh"

namespace switchyard {

template <int N, class F, class Out, class... In>
__device__ void map_pack(std::int64_t i, const F& f, Out* y, const In*... x) {
  Pack<Out, N> out;
  auto apply = [&](const Pack<In, N>&... in) {
#pragma unroll
    for (int j = 0; j < N; ++j) out.at[j] = f(in.at[j]...);
  };
  apply(load_pack<N>(x + i)...);
  store_pack(y + i, out);
}

template <int N, class F, class Out, class... In>
__global__ void map_kernel(std::int64_t n, F f, Out* y, const In*... x) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t threads = std::int64_t{gridDim.x} * blockDim.x;
  const std::int64_t packs = n / N;
  for (std::int64_t i = thread; i < packs; i += threads) map_pack<N>(i * N, f, y, x...);
  for (std::int64_t i = packs * N + thread; i < n; i += threads) map_pack<1>(i, f, y, x...);
}

/// f takes one In of each x and gives an Out; y may be one of the x.
template <class F, class Out, class... In>
void map(std::int64_t n, cudaStream_t stream, F f, Out* y, const In*... x) {
  constexpr int kPack = static_cast<int>(kAccessBytes / std::max({sizeof(Out), sizeof(In)...}));
  void (*packed)(std::int64_t, F, Out*, const In*...) = map_kernel<kPack, F, Out, In...>;
  void (*single)(std::int64_t, F, Out*, const In*...) = map_kernel<1, F, Out, In...>;
  if (aligned_to(kAccessBytes, y, x...))
    launch(packed, dim3(blocks_for((n + kPack - 1) / kPack)), kBlock, stream, n, f, y, x...);
  else
    launch(single, dim3(blocks_for(n)), kBlock, stream, n, f, y, x...);
}

}  // namespace switchyard
