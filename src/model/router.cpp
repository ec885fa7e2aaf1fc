#include "model/router.hpp"

#include <utility>

#include "ops/arithmetic.hpp"
#include "ops/softmax.hpp"
#include "ops/topk_routing.hpp"

namespace switchyard {
namespace {

void require_fit(const Tensor& frozen, const Shape& shape) {
  SY_REQUIRE(!frozen || frozen.shape() == shape, ExitCode::run_failed,
             "frozen routing has shape {} (these samples need {}); it is that of another batch",
             to_string(frozen.shape()), to_string(shape));
}

}  // namespace

SoftRouter::SoftRouter(ModelState& state, const std::string& name, int features,
                       const HeadConfig& config)
    : config_(config), gate_(state, name, features, config.experts) {}

Routing SoftRouter::forward(const ForwardContext& context, const Variable& h) const {
  require_fit(context.frozen.weights, {h.dim(0), config_.experts});
  SY_REQUIRE(!context.frozen.chosen, ExitCode::run_failed,
             "a soft head sends every sample to every expert; freeze its weights instead");
  Variable x = dropout(context, h, RandomPurpose::gate_input_dropout, config_.gate_input_dropout,
                       context.sample_ids);
  Routing routing;
  routing.gate_logits = gate_.forward(context.tape, x);
  Variable logits = dropout(context, routing.gate_logits, RandomPurpose::gate_logit_dropout,
                            config_.gate_logit_dropout, context.sample_ids);
  const Tensor& fixed = context.frozen.weights;
  routing.probs =
      fixed ? context.tape.constant(fixed)
            : softmax(context.tape, scale(context.tape, logits, 1.0 / config_.temperature));
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

TopKSpec TopKRouter::spec() const {
  return {.k = config_.active_experts(),
          .standardize = config_.gate_standardize,
          .noise_floor = config_.gate_noise_floor,
          .temperature = config_.temperature,
          .full_softmax = config_.full_softmax()};
}

Routing TopKRouter::forward(const ForwardContext& context, const Variable& h) const {
  Tape& tape = context.tape;
  require_fit(context.frozen.chosen, {h.dim(0), config_.active_experts()});
  require_fit(context.frozen.weights, {h.dim(0), config_.active_experts()});
  Variable x = dropout(context, h, RandomPurpose::gate_input_dropout, config_.gate_input_dropout,
                       context.sample_ids);
  Routing routing;
  routing.gate_logits = gate_.forward(tape, x);
  Variable noise_logits;
  if (noisy(context.mode)) {
    noise_logits = noise_.forward(tape, x);
    routing.noise = context.gate_noise ? context.gate_noise : draw_noise(context, h.dtype());
  }
  TopKRouterInputs inputs{
      .gate_logits = routing.gate_logits,
      .noise_logits = routing.noise ? &noise_logits : nullptr,
      .noise = routing.noise,
      .mask = dropout_mask(context, RandomPurpose::gate_logit_dropout, config_.gate_logit_dropout,
                           context.sample_ids, config_.experts, h.dtype()),
      .chosen = context.frozen.chosen,
      .weights = context.frozen.weights};
  auto routed = topk_routing(tape, inputs, spec());
  routing.clean_logits = std::move(routed.clean);
  routing.noise_std = std::move(routed.noise_std);
  routing.routing_logits = std::move(routed.logits);
  routing.weights = std::move(routed.weights);
  routing.probs = std::move(routed.probs);
  routing.chosen = std::move(routed.chosen);
  return routing;
}

Tensor TopKRouter::draw_noise(const ForwardContext& context, DType dtype) const {
  return context.tape.backend().random_normal(context.random(RandomPurpose::gate_noise),
                                              context.sample_ids, config_.experts, dtype);
}

}  // namespace switchyard
