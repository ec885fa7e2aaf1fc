#include <fmt/format.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 5e-6;

struct Router {
  std::string name;
  std::int64_t rows, experts;
  TopKSpec spec;
  bool noisy = true;
  bool masked = false;
  bool tied = false;  ///< gate logits with equal entries
};

/// Gate logits, noise logits, noise, mask; then the gradients of a TopKGrads.
std::vector<Shape> inputs(const Router& router) {
  const Shape all{router.rows, router.experts}, chosen{router.rows, router.spec.k};
  return {all, all, all, all, all, all, all, chosen, all};
}

TopKInputs arguments(Backend& backend, const Router& router, const Tensors& in) {
  TopKInputs inputs;
  inputs.gate_logits = router.tied ? backend.relu(in[0]) : in[0];
  if (router.noisy) {
    inputs.noise_logits = in[1];
    inputs.noise = in[2];
  }
  if (router.masked) inputs.mask = in[3];
  return inputs;
}

void append(Tensors& out, std::initializer_list<Tensor> results) {
  for (const Tensor& result : results)
    if (result) out.push_back(result);
}

/// Forward, and backward with all gradients, with those of a training step, and with none.
Tensors run(Backend& backend, const Router& router, const Tensors& in) {
  const TopKInputs at = arguments(backend, router, in);
  const TopKRouting r = backend.route_topk(at, router.spec);
  Tensors out;
  append(out, {r.clean, r.noise_std, r.logits, r.chosen, r.weights, r.probs});
  const TopKGrads all{in[4], router.noisy ? in[5] : Tensor(), in[6], in[7], in[8]};
  const TopKGrads usual{{}, {}, {}, in[7], in[8]};
  for (const TopKGrads& grads : {all, usual, TopKGrads{}}) {
    const TopKInputGrads found = backend.route_topk_grad(at, r, grads, router.spec);
    append(out, {found.gate_logits, found.noise_logits});
  }
  return out;
}

KernelCase route(const Router& router) {
  return {"route_topk_" + router.name, inputs(router), kTolerance,
          [router](Backend& backend, const Tensors& in) { return run(backend, router, in); }};
}

}  // namespace

// Standardised logits of two experts are left out: they are nearly the constants -0.7 and 0.7,
// whose derivative is what rounding leaves of it.
std::vector<KernelCase> topk_routing_cases() {
  const TopKSpec sparse{.k = 2, .noise_floor = 0.01};
  const TopKSpec hard{.k = 1, .noise_floor = 0.01, .full_softmax = true};
  const TopKSpec raw{.k = 2, .standardize = false, .temperature = 0.7};
  const std::vector<Router> routers{
      {"sparse", 37, 8, sparse},
      {"sparse_masked", 129, 8, sparse, true, true},
      {"sparse_plain", 37, 5, sparse, false},
      {"hard", 37, 8, hard},
      {"hard_masked_plain", 37, 6, hard, false, true},
      {"raw", 64, 8, raw},
      {"raw_of_two", 9, 2, raw},
      {"raw_tied", 37, 8, raw, false, false, true},
      {"tied", 37, 8, sparse, false, false, true},
      {"all_chosen", 10, 4, {.k = 4, .temperature = 2.0}},
      {"all_chosen_full", 10, 4, {.k = 4, .full_softmax = true}},
      {"many_experts", 11, 100, {.k = 7, .noise_floor = 0.1}},
      {"more_experts_than_a_block", 3, 1024, {.k = 3, .full_softmax = true}},
      {"one_row", 1, 8, sparse},
      {"no_rows", 0, 8, sparse, true, true}};
  std::vector<KernelCase> all;
  for (const Router& router : routers) all.push_back(route(router));
  return all;
}

}  // namespace switchyard::test
