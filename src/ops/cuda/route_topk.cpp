#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/operands.hpp"
#include "ops/cuda/route_topk_kernels.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/routing_check.hpp"

namespace switchyard {
namespace {

RouteExtent extent_of(const TopKInputs& in, const TopKSpec& spec) {
  ref::expect_routable(in, spec);
  const std::int64_t experts = in.gate_logits.dim(1);
  SY_REQUIRE(1 <= spec.k && spec.k <= experts, ExitCode::run_failed,
             "cannot choose {} of {} experts", spec.k, experts);
  return {in.gate_logits.dim(0), static_cast<int>(experts), spec.k};
}

void expect_gradients(const TopKGrads& grads, const TopKRouting& routing) {
  ref::expect_like(grads.clean, "the gradient of the clean logits", routing.clean);
  ref::expect_like(grads.noise_std, "the gradient of the noise's deviation", routing.noise_std);
  ref::expect_like(grads.logits, "the gradient of the routing logits", routing.logits);
  ref::expect_like(grads.weights, "the gradient of the weights", routing.weights);
  ref::expect_like(grads.probs, "the gradient of the probabilities", routing.probs);
}

template <class T>
RouteRule<T> rule_of(const TopKSpec& spec) {
  return {spec.standardize, spec.full_softmax, static_cast<T>(spec.noise_floor),
          static_cast<T>(1 / spec.temperature)};
}

template <class T>
RouteInputs<T> pointers_of(const TopKInputs& in) {
  return {in.gate_logits.data<T>(), data_or_null<T>(in.noise_logits), data_or_null<T>(in.noise),
          data_or_null<T>(in.mask)};
}

template <class T>
RouteGradInputs<T> pointers_of(const TopKRouting& routing, const TopKGrads& grads) {
  return {routing.logits.data<T>(),         routing.chosen.data<std::int32_t>(),
          routing.probs.data<T>(),          data_or_null<T>(grads.clean),
          data_or_null<T>(grads.noise_std), data_or_null<T>(grads.logits),
          data_or_null<T>(grads.weights),   data_or_null<T>(grads.probs)};
}

}  // namespace

TopKRouting CudaBackend::route_topk(const TopKInputs& inputs, const TopKSpec& spec) {
  const RouteExtent extent = extent_of(inputs, spec);
  const DType dtype = inputs.gate_logits.dtype();
  const Shape& by_expert = inputs.gate_logits.shape();
  TopKRouting out;
  Tensor clean;
  if (spec.standardize) clean = empty(by_expert, dtype);
  if (inputs.noise) out.noise_std = empty(by_expert, dtype);
  out.logits = empty(by_expert, dtype);
  out.chosen = empty({extent.rows, extent.k}, DType::i32);
  out.weights = empty({extent.rows, extent.k}, dtype);
  out.probs = empty(by_expert, dtype);
  dispatch_float(dtype, [&]<class T>() {
    launch_route_topk<T>(
        stream(), extent, rule_of<T>(spec), pointers_of<T>(inputs),
        {data_or_null<T>(clean), data_or_null<T>(out.noise_std), out.logits.data<T>(),
         out.chosen.data<std::int32_t>(), out.weights.data<T>(), out.probs.data<T>()});
  });
  out.clean = clean ? clean : inputs.gate_logits;
  return out;
}

TopKInputGrads CudaBackend::route_topk_grad(const TopKInputs& inputs, const TopKRouting& routing,
                                            const TopKGrads& grads, const TopKSpec& spec) {
  const RouteExtent extent = extent_of(inputs, spec);
  const DType dtype = inputs.gate_logits.dtype();
  const Shape& by_expert = inputs.gate_logits.shape();
  ref::expect(routing.logits, "the routing logits", by_expert, dtype);
  ref::expect(routing.probs, "the routing probabilities", by_expert, dtype);
  ref::expect(routing.chosen, "the chosen experts", {extent.rows, extent.k}, DType::i32);
  expect_gradients(grads, routing);
  TopKInputGrads out;
  out.gate_logits = empty(by_expert, dtype);
  if (inputs.noise) out.noise_logits = empty(by_expert, dtype);
  dispatch_float(dtype, [&]<class T>() {
    launch_route_topk_grad<T>(stream(), extent, rule_of<T>(spec), pointers_of<T>(inputs),
                              pointers_of<T>(routing, grads), out.gate_logits.data<T>(),
                              data_or_null<T>(out.noise_logits));
  });
  return out;
}

}  // namespace switchyard
