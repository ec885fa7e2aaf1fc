#include "ops/cuda/route_row.cuh"
#include "ops/cuda/route_topk_kernels.hpp"
#include "ops/cuda/topk.cuh"

namespace switchyard {
namespace {

constexpr unsigned kRouteThreads = 128;  // few rows a block: a batch spreads over many of them

template <class T>
__device__ T softplus(T x) {
  return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x)));
}

template <class T>
__device__ T sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

__device__ std::int64_t row_of_warp() {
  return std::int64_t{blockIdx.x} * (kRouteThreads / kWarp) + threadIdx.x / kWarp;
}

dim3 grid_of(const RouteExtent& extent) {
  constexpr std::int64_t kRows = kRouteThreads / kWarp;
  return dim3(static_cast<unsigned>((extent.rows + kRows - 1) / kRows));
}

// Logits of the row from `first` on: (clean + noise noise_std) mask; probs are cleared.
template <class T>
__device__ void find_logits(int experts, std::int64_t first, const RouteRule<T>& rule,
                            const RouteInputs<T>& in, const RouteOutputs<T>& out) {
  RowStandard<T> standard{};
  if (rule.standardize) standard = standard_of(in.gate_logits + first, experts);
  for (int e = lane_of_warp(); e < experts; e += static_cast<int>(kWarp)) {
    const std::int64_t i = first + e;
    T value = in.gate_logits[i];
    if (rule.standardize) value = (value - standard.mean) * standard.inverse;
    if (out.clean) out.clean[i] = value;
    if (in.noise) {
      const T noise_std = softplus(in.noise_logits[i]) + rule.noise_floor;
      out.noise_std[i] = noise_std;
      value += in.noise[i] * noise_std;
    }
    out.logits[i] = in.mask ? value * in.mask[i] : value;
    out.probs[i] = 0;
  }
}

// What the softmax over all experts of a row divides exp((logit - largest) / temperature) by.
template <class T>
__device__ T softmax_total(const T* logits, int experts, T largest, T inverse_temperature) {
  return sum_over_experts<T>(
      experts, [&](int e) { return std::exp((logits[e] - largest) * inverse_temperature); });
}

// A lane writes and reads back what belongs to its own experts and choices only, so that nothing
// need be ordered between lanes.
template <class T>
__global__ void __launch_bounds__(kRouteThreads, 4)
    route_kernel(RouteExtent extent, RouteRule<T> rule, RouteInputs<T> in, RouteOutputs<T> out) {
  const std::int64_t row = row_of_warp();
  if (row >= extent.rows) return;
  const int lane = lane_of_warp(), width = static_cast<int>(kWarp);
  const std::int64_t first = row * extent.experts;
  find_logits(extent.experts, first, rule, in, out);

  const T* logits = out.logits + first;
  T* weights = out.weights + row * extent.k;
  Ranked<T> last = rank_of_first<T>();
  T largest = 0, total = 0;
  for (int j = 0; j < extent.k; ++j) {
    last = next_ranked(logits, extent.experts, last);
    if (j == 0) largest = last.value;
    const T weight = std::exp((last.value - largest) * rule.inverse_temperature);
    total += weight;
    if (lane == j % width) {
      out.chosen[row * extent.k + j] = last.column;
      weights[j] = weight;
    }
    if (lane == last.column % width) out.probs[first + last.column] = weight;
  }
  if (rule.full_softmax)
    total = softmax_total(logits, extent.experts, largest, rule.inverse_temperature);
  for (int j = lane; j < extent.k; j += width) weights[j] /= total;
  for (int e = lane; e < extent.experts; e += width) out.probs[first + e] /= total;
}

// Through the weights: in place of d, the gradient by the weights in the experts' places (those
// that were not chosen have the weight 0), comes the gradient by the row's logits,
// p (d - sum of p d) / temperature; with the softmax over all, p is that one's in the second term.
template <class T>
__device__ void through_softmax(int experts, const RouteRule<T>& rule, const T* logits, T largest,
                                const T* probs, T* d) {
  const T weighted = sum_over_experts<T>(experts, [&](int e) { return probs[e] * d[e]; });
  const T inverse = rule.inverse_temperature;
  const T total = rule.full_softmax ? softmax_total(logits, experts, largest, inverse) : 1;
  for (int e = lane_of_warp(); e < experts; e += static_cast<int>(kWarp)) {
    const T p = rule.full_softmax ? std::exp((logits[e] - largest) * inverse) / total : probs[e];
    d[e] = (probs[e] * d[e] - p * weighted) * inverse;
  }
}

// Through the standardisation: with c = z - mean, s = std, r = inverse,
// dz = r (d - mean of d) - r^2 (sum of d c) c / ((experts - 1) s), and no second term where s = 0.
template <class T>
__device__ void through_standard(int experts, const T* z, T* d) {
  const RowStandard<T> by = standard_of(z, experts);
  const T mean =
      sum_over_experts<T>(experts, [&](int e) { return d[e]; }) / static_cast<T>(experts);
  const T product = sum_over_experts<T>(experts, [&](int e) { return d[e] * (z[e] - by.mean); });
  const T slope =
      by.std > 0 ? product * by.inverse * by.inverse / (static_cast<T>(experts - 1) * by.std) : 0;
  for (int e = lane_of_warp(); e < experts; e += static_cast<int>(kWarp))
    d[e] = by.inverse * (d[e] - mean) - slope * (z[e] - by.mean);
}

// The row's gradient passes from stage to stage in its place of d_gate_logits.
template <class T>
__global__ void __launch_bounds__(kRouteThreads, 4)
    route_grad_kernel(RouteExtent extent, RouteRule<T> rule, RouteInputs<T> in,
                      RouteGradInputs<T> grads, T* d_gate_logits, T* d_noise_logits) {
  const std::int64_t row = row_of_warp();
  if (row >= extent.rows) return;
  const int lane = lane_of_warp(), width = static_cast<int>(kWarp);
  const std::int64_t first = row * extent.experts;
  T* d = d_gate_logits + first;
  for (int e = lane; e < extent.experts; e += width)
    d[e] = grads.d_probs ? grads.d_probs[first + e] : 0;
  const std::int32_t* chosen = grads.chosen + row * extent.k;
  if (grads.d_weights)
    for (int j = 0; j < extent.k; ++j)
      if (lane == chosen[j] % width) d[chosen[j]] += grads.d_weights[row * extent.k + j];
  const T* logits = grads.logits + first;
  through_softmax(extent.experts, rule, logits, logits[chosen[0]], grads.probs + first, d);

  for (int e = lane; e < extent.experts; e += width) {
    const std::int64_t i = first + e;
    T d_noisy = grads.d_logits ? d[e] + grads.d_logits[i] : d[e];
    if (in.mask) d_noisy *= in.mask[i];
    if (in.noise) {
      const T d_std = d_noisy * in.noise[i] + (grads.d_noise_std ? grads.d_noise_std[i] : 0);
      d_noise_logits[i] = d_std * sigmoid(in.noise_logits[i]);
    }
    d[e] = grads.d_clean ? d_noisy + grads.d_clean[i] : d_noisy;
  }
  if (rule.standardize) through_standard(extent.experts, in.gate_logits + first, d);
}

}  // namespace

template <class T>
void launch_route_topk(cudaStream_t stream, const RouteExtent& extent, const RouteRule<T>& rule,
                       const RouteInputs<T>& in, const RouteOutputs<T>& out) {
  launch(route_kernel<T>, grid_of(extent), kRouteThreads, stream, extent, rule, in, out);
}

template <class T>
void launch_route_topk_grad(cudaStream_t stream, const RouteExtent& extent,
                            const RouteRule<T>& rule, const RouteInputs<T>& in,
                            const RouteGradInputs<T>& grads, T* d_gate_logits, T* d_noise_logits) {
  launch(route_grad_kernel<T>, grid_of(extent), kRouteThreads, stream, extent, rule, in, grads,
         d_gate_logits, d_noise_logits);
}

#define SY_INSTANTIATE(T)                                                                     \
  template void launch_route_topk(cudaStream_t, const RouteExtent&, const RouteRule<T>&,      \
                                  const RouteInputs<T>&, const RouteOutputs<T>&);             \
  template void launch_route_topk_grad(cudaStream_t, const RouteExtent&, const RouteRule<T>&, \
                                       const RouteInputs<T>&, const RouteGradInputs<T>&, T*, T*);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
#undef SY_INSTANTIATE

}  // namespace switchyard
