#include "comm/cuda/sum_blocks.hpp"

#include "device/bfloat16.hpp"
#include "device/cuda/launch.hpp"

namespace switchyard {
namespace {

template <class T>
struct Sum {
  using Type = T;
};
template <>
struct Sum<BFloat16> {
  using Type = float;
};

template <class T>
struct SumBlocks {
  const T* blocks;
  std::int64_t size;
  int count;
  T* sum;

  __device__ void operator()(std::int64_t i) const {
    using S = typename Sum<T>::Type;
    S total = static_cast<S>(blocks[i]);
    for (int b = 1; b < count; ++b) total += static_cast<S>(blocks[b * size + i]);
    sum[i] = static_cast<T>(total);
  }
};

}  // namespace

template <class T>
void sum_blocks(const T* blocks, std::int64_t size, int count, T* sum, cudaStream_t stream) {
  for_each(size, stream, SumBlocks<T>{blocks, size, count, sum});
}

template void sum_blocks(const float*, std::int64_t, int, float*, cudaStream_t);
template void sum_blocks(const double*, std::int64_t, int, double*, cudaStream_t);
template void sum_blocks(const BFloat16*, std::int64_t, int, BFloat16*, cudaStream_t);
template void sum_blocks(const std::int64_t*, std::int64_t, int, std::int64_t*, cudaStream_t);

}  // namespace switchyard
