#include "ops/cuda/compute.hpp"
#include "ops/cuda/reduce.cuh"
#include "ops/cuda/routing_sums_kernels.hpp"
#include "ops/cuda/topk.cuh"

namespace switchyard {
namespace {

constexpr unsigned kThreads = 1024;

template <class T>
__device__ double number(T x) {
  return static_cast<double>(static_cast<Compute<T>>(x));
}

// Block e: what concerns expert e; the block after the last: the entropy.
template <class T>
__global__ void __launch_bounds__(kThreads)
    routing_sums_kernel(const T* probs, RoutingFigures figures) {
  const int e = static_cast<int>(blockIdx.x);
  if (e == figures.experts) {
    const double entropy = block_sum_of(figures.rows * figures.experts, [&](std::int64_t i) {
      const double p = number(probs[i]);
      return p > 0 ? -p * std::log(p) : 0;
    });
    if (threadIdx.x == 0) figures.sums[0] = entropy;
    return;
  }
  const double probability = block_sum_of(
      figures.rows, [&](std::int64_t r) { return number(probs[r * figures.experts + e]); });
  const double assigned =
      figures.chosen
          ? block_sum_of(figures.choices,
                         [&](std::int64_t i) { return figures.chosen[i] == e ? 1.0 : 0.0; })
          : static_cast<double>(figures.rows);
  if (threadIdx.x != 0) return;
  figures.sums[1 + e] = probability;
  figures.sums[1 + figures.experts + e] = assigned;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    count_correct_kernel(const T* logits, const std::int32_t* labels, std::int64_t rows,
                         int columns, double* correct) {
  const double count = block_sum_of(rows, [&](std::int64_t r) {
    const T* row = logits + r * columns;
    auto best = rank_of(row, 0);
    for (int c = 1; c < columns; ++c)
      if (rank_of(row, c).before(best)) best = rank_of(row, c);
    return best.column == labels[r] ? 1.0 : 0.0;
  });
  if (threadIdx.x == 0) *correct = count;
}

struct StoreKey {
  RoutedKeys k;
  __device__ void operator()(std::int64_t i) const {
    k.keys[k.place[i]] = k.sample_ids[i / k.per_row] * k.experts + k.chosen[i];
  }
};

}  // namespace

template <class T>
void launch_routing_sums(cudaStream_t stream, const T* probs, const RoutingFigures& figures) {
  launch(routing_sums_kernel<T>, dim3(static_cast<unsigned>(figures.experts) + 1), kThreads, stream,
         probs, figures);
}

template <class T>
void launch_count_correct(cudaStream_t stream, const T* logits, const std::int32_t* labels,
                          std::int64_t rows, int columns, double* correct) {
  launch(count_correct_kernel<T>, dim3(1), kThreads, stream, logits, labels, rows, columns,
         correct);
}

void launch_routed_keys(cudaStream_t stream, const RoutedKeys& keys) {
  for_each(keys.choices, stream, StoreKey{keys});
}

#define SY_INSTANTIATE(T)                                                                       \
  template void launch_routing_sums(cudaStream_t, const T*, const RoutingFigures&);             \
  template void launch_count_correct(cudaStream_t, const T*, const std::int32_t*, std::int64_t, \
                                     int, double*);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
