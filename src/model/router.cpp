#include "model/router.hpp"

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"
#include "ops/softmax.hpp"

namespace switchyard {

Variable standardize_rows(Tape& tape, const Variable& z) {
  Shape column = {z.dim(0), 1};
  double n = static_cast<double>(z.dim(1));
  Variable centred = sub(tape, z, scale(tape, sum_to(tape, z, column), 1.0 / n));
  Variable squares = sum_to(tape, unary(tape, UnaryOp::square, centred), column);
  Variable std_dev = unary(tape, UnaryOp::sqrt, scale(tape, squares, 1.0 / (n - 1.0)));
  return mul(tape, centred, unary(tape, UnaryOp::reciprocal, add_scalar(tape, std_dev, 1e-5)));
}

SoftRouter::SoftRouter(ModelState& state, const std::string& name, int features,
                       const HeadConfig& config)
    : config_(config), gate_(state, name, features, config.experts) {}

Routing SoftRouter::forward(const ForwardContext& context, const Variable& h) const {
  Variable x = dropout(context, h, RandomPurpose::gate_input_dropout, config_.gate_input_dropout,
                       context.sample_ids);
  Routing routing;
  routing.gate_logits = gate_.forward(context.tape, x);
  Variable logits = dropout(context, routing.gate_logits, RandomPurpose::gate_logit_dropout,
                            config_.gate_logit_dropout, context.sample_ids);
  routing.probs = softmax(context.tape, scale(context.tape, logits, 1.0 / config_.temperature));
  return routing;
}

TopKRouter::TopKRouter(ModelState& state, const std::string& name, int features,
                       const HeadConfig& config)
    : config_(config),
      gate_(state, name + ".w_gate", features, config.experts),
      noise_(state, name + ".w_noise", features, config.experts) {}

bool TopKRouter::noisy(Mode mode) const {
  return config_.gate_noise && (mode == Mode::train || config_.eval_gate_noise);
}

Routing TopKRouter::forward(const ForwardContext& context, const Variable& h) const {
  Variable x = dropout(context, h, RandomPurpose::gate_input_dropout, config_.gate_input_dropout,
                       context.sample_ids);
  Routing routing;
  routing.gate_logits = gate_.forward(context.tape, x);
  routing.clean_logits = config_.gate_standardize
                             ? standardize_rows(context.tape, routing.gate_logits)
                             : routing.gate_logits;
  routing.routing_logits = routing.clean_logits;
  if (noisy(context.mode)) add_noise(context, x, routing);
  routing.routing_logits =
      dropout(context, routing.routing_logits, RandomPurpose::gate_logit_dropout,
              config_.gate_logit_dropout, context.sample_ids);
  choose(context, routing);
  return routing;
}

void TopKRouter::add_noise(const ForwardContext& context, const Variable& h,
                           Routing& routing) const {
  Tape& tape = context.tape;
  routing.noise_std = add_scalar(tape, unary(tape, UnaryOp::softplus, noise_.forward(tape, h)),
                                 config_.gate_noise_floor);
  routing.noise = context.gate_noise ? context.gate_noise
                                     : tape.backend().random_normal(
                                           context.random(RandomPurpose::gate_noise),
                                           context.sample_ids, config_.experts, h.dtype());
  routing.routing_logits =
      add(tape, routing.clean_logits, mul(tape, tape.constant(routing.noise), routing.noise_std));
}

void TopKRouter::choose(const ForwardContext& context, Routing& routing) const {
  Tape& tape = context.tape;
  routing.chosen = tape.backend().topk(routing.routing_logits.value(), config_.active_experts());
  Variable logits = scale(tape, routing.routing_logits, 1.0 / config_.temperature);
  routing.weights = config_.full_softmax()
                        ? gather_columns(tape, softmax(tape, logits), routing.chosen)
                        : softmax(tape, gather_columns(tape, logits, routing.chosen));
  routing.probs = scatter_columns(tape, routing.weights, routing.chosen, config_.experts);
}

}  // namespace switchyard
