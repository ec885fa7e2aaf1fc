#include "ops/cuda/compute.hpp"
#include "ops/cuda/epilogue_kernels.hpp"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

// The i-th pack of N elements, which lie in one row.
template <class T, class Bias, int N>
struct AddResidualAndBias {
  std::int64_t columns;
  const T* residual;
  const Bias* bias;
  bool relu;
  T* y;

  __device__ void operator()(std::int64_t i) const {
    using C = Compute<T>;
    const std::int64_t first = i * N, column = first % columns;
    Pack<T, N> pack = load_pack<N>(y + first);
    const Pack<T, N> shortcut = residual ? load_pack<N>(residual + first) : Pack<T, N>{};
#pragma unroll
    for (int j = 0; j < N; ++j) {
      C value = static_cast<C>(pack.at[j]);
      if (residual) value += static_cast<C>(shortcut.at[j]);
      if (bias) value += static_cast<C>(bias[column + j]);
      if (relu && value <= C{0}) value = C{0};  // NaN stays
      pack.at[j] = static_cast<T>(value);
    }
    store_pack(y + first, pack);
  }
};

template <int N, class T, class Bias>
void launch_in_packs(std::int64_t rows, std::int64_t columns, const T* residual, const Bias* bias,
                     bool relu, T* y, cudaStream_t stream) {
  for_each(rows * columns / N, stream,
           AddResidualAndBias<T, Bias, N>{columns, residual, bias, relu, y});
}

}  // namespace

template <class T, class Bias>
void launch_epilogue(std::int64_t rows, std::int64_t columns, const T* residual, const Bias* bias,
                     bool relu, T* y, cudaStream_t stream) {
  constexpr int kPack = kPackSize<T>;
  if (columns % kPack == 0 && aligned_to(kAccessBytes, residual, y))
    launch_in_packs<kPack>(rows, columns, residual, bias, relu, y, stream);
  else
    launch_in_packs<1>(rows, columns, residual, bias, relu, y, stream);
}

template void launch_epilogue(std::int64_t, std::int64_t, const float*, const float*, bool, float*,
                              cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const double*, const double*, bool,
                              double*, cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const BFloat16*, const BFloat16*, bool,
                              BFloat16*, cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const BFloat16*, const float*, bool,
                              BFloat16*, cudaStream_t);

}  // namespace switchyard
