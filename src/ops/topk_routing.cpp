#include "ops/topk_routing.hpp"

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"
#include "ops/softmax.hpp"

namespace switchyard {
namespace {

constexpr double kStdEps = 1e-5;

TopKRouterOutputs fused(Tape& tape, const TopKRouterInputs& in, const TopKSpec& spec) {
  const Variable none;
  const Variable& noise_logits = in.noise_logits ? *in.noise_logits : none;
  TopKInputs inputs{in.gate_logits.value(), noise_logits.value(), in.noise, in.mask};
  TopKRouting routing = tape.backend().route_topk(inputs, spec);
  const Variable* variables[] = {&in.gate_logits, &noise_logits};
  auto results = tape.record_joint(
      {routing.clean, routing.noise_std, routing.logits, routing.weights, routing.probs}, variables,
      [&tape, spec, inputs, routing, gate = in.gate_logits.node,
       noise = noise_logits.node](std::span<const Dual> dy) {
        TopKGrads grads{dy[0].value, dy[1].value, dy[2].value, dy[3].value, dy[4].value};
        TopKInputGrads dx = tape.backend().route_topk_grad(inputs, routing, grads, spec);
        tape.accumulate(gate, std::move(dx.gate_logits));
        tape.accumulate(noise, std::move(dx.noise_logits));
      });
  return {results[0], results[1], results[2], results[3], results[4], routing.chosen};
}

// (z - mean) / (std + eps) over each row, with the unbiased standard deviation.
Variable standardize_rows(Tape& tape, const Variable& z) {
  Shape column = {z.dim(0), 1};
  double n = static_cast<double>(z.dim(1));
  Variable centred = sub(tape, z, scale(tape, sum_to(tape, z, column), 1.0 / n));
  Variable squares = sum_to(tape, unary(tape, UnaryOp::square, centred), column);
  Variable std_dev = unary(tape, UnaryOp::sqrt, scale(tape, squares, 1.0 / (n - 1.0)));
  return mul(tape, centred, unary(tape, UnaryOp::reciprocal, add_scalar(tape, std_dev, kStdEps)));
}

Variable chosen_weights(Tape& tape, const TopKRouterOutputs& out, const TopKSpec& spec) {
  Variable logits = scale(tape, out.logits, 1.0 / spec.temperature);
  return spec.full_softmax ? gather_columns(tape, softmax(tape, logits), out.chosen)
                           : softmax(tape, gather_columns(tape, logits, out.chosen));
}

TopKRouterOutputs composed(Tape& tape, const TopKRouterInputs& in, const TopKSpec& spec) {
  TopKRouterOutputs out;
  out.clean = spec.standardize ? standardize_rows(tape, in.gate_logits) : in.gate_logits;
  out.logits = out.clean;
  if (in.noise_logits) {
    Variable positive = unary(tape, UnaryOp::softplus, *in.noise_logits);
    out.noise_std = add_scalar(tape, positive, spec.noise_floor);
    out.logits = add(tape, out.clean, mul(tape, tape.constant(in.noise), out.noise_std));
  }
  if (in.mask) out.logits = mul(tape, out.logits, tape.constant(in.mask));
  out.chosen = in.chosen ? in.chosen : tape.backend().topk(out.logits.value(), spec.k);
  out.weights = in.weights ? tape.constant(in.weights) : chosen_weights(tape, out, spec);
  out.probs = scatter_columns(tape, out.weights, out.chosen, in.gate_logits.dim(1));
  return out;
}

}  // namespace

TopKRouterOutputs topk_routing(Tape& tape, const TopKRouterInputs& inputs, const TopKSpec& spec) {
  SY_REQUIRE(inputs.chosen || !inputs.weights, ExitCode::run_failed,
             "weights were given for experts that were not; give both, or the experts alone");
  return tape.probes() == 0 && !inputs.chosen ? fused(tape, inputs, spec)
                                              : composed(tape, inputs, spec);
}

}  // namespace switchyard
