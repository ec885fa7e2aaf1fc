#pragma once
// Launches of the sparse router, one warp a row. T is float or double; arrays are (rows, experts)
// or (rows, k) in device memory, and null where kernel_types.hpp leaves the tensor undefined.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

struct RouteExtent {
  std::int64_t rows;
  int experts;
  int k;
};

template <class T>
struct RouteRule {
  bool standardize;
  bool full_softmax;
  T noise_floor;
  T inverse_temperature;
};

template <class T>
struct RouteInputs {
  const T* gate_logits;
  const T* noise_logits;
  const T* noise;
  const T* mask;
};

template <class T>
struct RouteOutputs {
  T* clean;  ///< null: not wanted
  T* noise_std;
  T* logits;
  std::int32_t* chosen;
  T* weights;
  T* probs;
};

/// A logit that is not a number ranks below all numbers: `chosen` always holds k different experts.
template <class T>
void launch_route_topk(cudaStream_t stream, const RouteExtent& extent, const RouteRule<T>& rule,
                       const RouteInputs<T>& in, const RouteOutputs<T>& out);

/// What the forward found and the gradients of the loss by it.
template <class T>
struct RouteGradInputs {
  const T* logits;
  const std::int32_t* chosen;
  const T* probs;
  const T* d_clean;
  const T* d_noise_std;
  const T* d_logits;
  const T* d_weights;
  const T* d_probs;
};

/// `d_noise_logits` is null without noise.
template <class T>
void launch_route_topk_grad(cudaStream_t stream, const RouteExtent& extent,
                            const RouteRule<T>& rule, const RouteInputs<T>& in,
                            const RouteGradInputs<T>& grads, T* d_gate_logits, T* d_noise_logits);

}  // namespace switchyard
