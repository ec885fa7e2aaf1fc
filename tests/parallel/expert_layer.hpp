#pragma once
// One layer of experts in double behind an exchange, on any backend and group.

#include <optional>

#include "model/experts.hpp"
#include "ops/arithmetic.hpp"
#include "ops/ref/tensors.hpp"
#include "parallel/expert_parallel.hpp"
#include "parallel/reducer.hpp"
#include "parallel/routing_case.hpp"

namespace switchyard::test {

// Forward values and gradients of <w, output> for samples [first, last) of the case.
struct Layer {
  static constexpr std::int64_t features = 3, classes = 2;
  enum class Way { route, mix };

  Layer(Backend& b, Communicator& g, const RoutingCase& c, double hidden_dropout, int overlap = 1)
      : backend(b),
        group(g),
        routing(c),
        exchange(b, g, c.experts, overlap),
        state(b, DType::f64, 1) {
    HeadConfig config;
    config.expert_hidden = 4;
    config.experts = c.experts;
    config.hidden_dropout = hidden_dropout;
    experts.emplace(state, "experts", exchange.local_experts(), features, classes, config);
  }

  // Rows [first, last) of random numbers for all samples.
  Tensor share(std::int64_t columns, std::uint64_t key, std::int64_t first, std::int64_t last) {
    Tensor all = noise(backend, {routing.total(), columns}, key);
    return backend.convert(all.rows(first, last), DType::f64);
  }

  struct Inputs {
    Tensor h, w, loss, chosen, sample_ids;
  };

  Inputs inputs(Way way, std::int64_t first, std::int64_t last) {
    return {share(features, 1, first, last),
            share(way == Way::route ? routing.k : routing.experts, 2, first, last),
            share(classes, 3, first, last), routing.chosen(backend, first, last),
            routing.sample_ids(backend, first, last)};
  }

  void run(Way way, std::int64_t first, std::int64_t last) { run(way, inputs(way, first, last)); }

  void run(Way way, const Inputs& in) {
    Tape tape(backend, Recording::on);
    LocalReducer reducer;
    ForwardContext context{.tape = tape,
                           .mode = Mode::train,
                           .norm = reducer,
                           .batch = reducer,
                           .experts = exchange,
                           .compute = DType::f64,
                           .sample_ids = in.sample_ids,
                           .step = backend.zeros({1}, DType::i64)};
    Variable h = tape.input(in.h), w = tape.input(in.w);
    Variable y = way == Way::route ? route(context, h, w, in.chosen) : mix(context, h, w);
    output = y.value();
    Variable root = sum_all(tape, mul(tape, y, tape.constant(in.loss)));
    tape.backward(root, backend.full({1}, DType::f64, 1.0));
    grad_h = tape.gradient(h).value;
    grad_w = tape.gradient(w).value;
  }

  Variable route(const ForwardContext& context, const Variable& h, const Variable& w,
                 const Tensor& chosen) {
    ExpertLayers layers = experts->layers(context.tape, context.compute);
    return exchange.route(
        context.tape, h, w, chosen, context.sample_ids, experts->row_keys(Mode::train),
        [&](const ExpertRows& rows) { return experts->routed(context, layers, rows); });
  }
  Variable mix(const ForwardContext& context, const Variable& h, const Variable& w) {
    ExpertLayers layers = experts->layers(context.tape, context.compute);
    return exchange.mix(context.tape, h, w, context.sample_ids,
                        [&](const Variable& rows, const Variable& probs, const Tensor& ids) {
                          return experts->mixed(context, layers, rows, probs, ids);
                        });
  }

  Backend& backend;
  Communicator& group;
  RoutingCase routing;
  ExpertParallel exchange;
  ModelState state;
  std::optional<Experts> experts;
  Tensor output, grad_h, grad_w;
};

}  // namespace switchyard::test
