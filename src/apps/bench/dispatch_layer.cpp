#include "apps/bench/dispatch_layer.hpp"

#include <numeric>
#include <vector>

#include "ops/arithmetic.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

HeadConfig head_of(const DispatchCase& c) {
  HeadConfig head;
  head.experts = c.experts;
  head.expert_hidden = c.expert_hidden;
  head.k = c.k;
  head.gate_standardize = c.experts > 1;
  head.gate_input_dropout = head.gate_logit_dropout = head.hidden_dropout = 0;
  return head;
}

Tensor number_through(Backend& backend, Share tokens) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(tokens.size()));
  std::iota(ids.begin(), ids.end(), tokens.begin);
  return backend.from_host(ids.data(), {tokens.size()}, DType::i64);
}

// Standard normal, (tokens, columns); `draw` tells several such apart.
Tensor noise(Backend& backend, std::uint64_t seed, std::int64_t draw, const Tensor& token_ids,
             std::int64_t columns, DType dtype) {
  const RandomKey key{seed, RandomPurpose::synthetic_data,
                      backend.from_host(&draw, {1}, DType::i64)};
  return backend.random_normal(key, token_ids, columns, dtype);
}

}  // namespace

DispatchLayer::DispatchLayer(Backend& backend, Communicator& world, const DispatchCase& c,
                             Share tokens)
    : backend_(backend),
      case_(c),
      grid_(world, c.ep),
      state_(backend, master_dtype(c.precision), c.seed),
      exchange_(backend, grid_.expert_parallel(), c.experts, c.overlap_degree),
      router_(state_, "gate", c.features, head_of(c)),
      experts_(state_, "experts", exchange_.local_experts(), c.features, c.classes, head_of(c)),
      token_ids_(number_through(backend, tokens)),
      step_(backend.zeros({1}, DType::i64)),
      features_(noise(backend, c.seed, 0, token_ids_, c.features, state_.dtype())),
      output_gradients_(noise(backend, c.seed, 1, token_ids_, c.classes, state_.dtype())) {}

ForwardContext DispatchLayer::context(Tape& tape) {
  return {.tape = tape,
          .mode = training() ? Mode::train : Mode::eval,
          .norm = alone_,
          .batch = alone_,
          .experts = exchange_,
          .compute = compute_dtype(case_.precision),
          .sample_ids = token_ids_,
          .seed = case_.seed,
          .step = step_};
}

Variable DispatchLayer::forward(Tape& tape, const Variable& features, const Tensor& chosen) {
  const ForwardContext surroundings = context(tape);
  Routing routing;
  {
    const ZoneScope zone(backend_.recorder(), Zone::router);
    routing = router_.forward(surroundings, features);
  }
  chosen_ = chosen ? chosen : routing.chosen;
  const ExpertLayers layers = experts_.layers(tape, surroundings.compute);
  return exchange_.route(
      tape, cast(tape, features, surroundings.compute), routing.weights, chosen_, token_ids_,
      experts_.row_keys(surroundings.mode),
      [&](const ExpertRows& rows) { return experts_.routed(surroundings, layers, rows); });
}

void DispatchLayer::run(const Tensor& chosen) {
  Tape tape(backend_, training() ? Recording::on : Recording::off);
  const Variable features = training() ? tape.input(features_) : tape.constant(features_);
  const Variable outputs = forward(tape, features, chosen);
  outputs_ = outputs.value();
  if (!training()) return;
  for (Parameter& p : state_.parameters()) p.grad = Dual();
  tape.backward(outputs, output_gradients_);
  feature_gradients_ = tape.gradient(features).value;
}

}  // namespace switchyard
