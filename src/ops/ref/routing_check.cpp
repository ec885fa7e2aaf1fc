#include "ops/ref/routing_check.hpp"

#include "ops/ref/check.hpp"

namespace switchyard::ref {

void expect_like(const Tensor& x, std::string_view name, const Tensor& like) {
  if (x) expect(x, name, like.shape(), like.dtype());
}

void expect_routable(const TopKInputs& inputs, const TopKSpec& spec) {
  expect_rank(inputs.gate_logits, "the gate logits", 2);
  expect_like(inputs.noise_logits, "the noise logits", inputs.gate_logits);
  expect_like(inputs.noise, "the gate noise", inputs.gate_logits);
  expect_like(inputs.mask, "the mask of the routing logits", inputs.gate_logits);
  SY_REQUIRE(inputs.noise_logits.defined() == inputs.noise.defined(), ExitCode::run_failed,
             "noise logits and noise must be given together");
  SY_REQUIRE(!spec.standardize || inputs.gate_logits.dim(1) >= 2, ExitCode::run_failed,
             "the logits of {} experts have no standard deviation", inputs.gate_logits.dim(1));
}

}  // namespace switchyard::ref
