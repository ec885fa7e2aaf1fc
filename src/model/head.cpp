#include "model/head.hpp"

#include "model/experts.hpp"
#include "ops/arithmetic.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

template <class Router>
Routing route(const ForwardContext& context, const Router& router, const Variable& h) {
  const ZoneScope zone(context.tape.backend().recorder(), Zone::router);
  return router.forward(context, h);
}

/// Linear, ReLU, dropout, linear; indices 1 and 2 of the published nn.Sequential have no tensors.
class DenseHead final : public Head {
 public:
  DenseHead(ModelState& state, const std::string& name, int features, int classes,
            const HeadConfig& config)
      : dropout_(config.hidden_dropout),
        first_(state, name + ".fc.0", features, config.dense_hidden),
        second_(state, name + ".fc.3", config.dense_hidden, classes) {}

  HeadOutput forward(const ForwardContext& context, const Variable& h) const override {
    Tape& tape = context.tape;
    const ZoneScope zone(tape.backend().recorder(), Zone::dense_head);
    Variable hidden = first_.forward(tape, cast(tape, h, context.compute), Activation::relu);
    hidden = dropout(context, hidden, RandomPurpose::hidden_dropout, dropout_, context.sample_ids);
    return {cast(tape, second_.forward(tape, hidden), h.dtype()), std::nullopt};
  }

 private:
  double dropout_;
  Linear first_;
  Linear second_;
};

/// Every expert on every sample, weighted by the gate.
class SoftMoeHead final : public Head {
 public:
  SoftMoeHead(ModelState& state, const std::string& name, int features, int classes,
              const HeadConfig& config, ExpertRange local)
      : router_(state, name + ".gate", features, config),
        experts_(state, name + ".experts", local, features, classes, config) {}

  HeadOutput forward(const ForwardContext& context, const Variable& h) const override {
    Routing routing = route(context, router_, h);
    ExpertLayers layers = experts_.layers(context.tape, context.compute);
    auto mixed = [&](const Variable& rows, const Variable& probs, const Tensor& sample_ids) {
      return experts_.mixed(context, layers, rows, probs, sample_ids);
    };
    Variable rows = cast(context.tape, h, context.compute);
    Variable logits =
        context.experts.mix(context.tape, rows, routing.probs, context.sample_ids, mixed);
    return {std::move(logits), std::move(routing)};
  }

 private:
  SoftRouter router_;
  Experts experts_;
};

/// The top k experts on each sample; HardMoE is k = 1.
class SparseMoeHead final : public Head {
 public:
  SparseMoeHead(ModelState& state, const std::string& name, int features, int classes,
                const HeadConfig& config, ExpertRange local)
      : router_(state, name + ".gate", features, config),
        experts_(state, name + ".experts", local, features, classes, config) {}

  HeadOutput forward(const ForwardContext& context, const Variable& h) const override {
    Routing routing = route(context, router_, h);
    ExpertLayers layers = experts_.layers(context.tape, context.compute);
    auto routed = [&](const ExpertRows& rows) { return experts_.routed(context, layers, rows); };
    Variable rows = cast(context.tape, h, context.compute);
    Variable logits =
        context.experts.route(context.tape, rows, routing.weights, routing.chosen,
                              context.sample_ids, experts_.row_keys(context.mode), routed);
    return {std::move(logits), std::move(routing)};
  }

 private:
  TopKRouter router_;
  Experts experts_;
};

}  // namespace

std::unique_ptr<Head> make_head(ModelState& state, const std::string& name, int features,
                                int classes, const HeadConfig& config, ExpertRange local) {
  switch (config.kind) {
    case HeadKind::dense:
      return std::make_unique<DenseHead>(state, name, features, classes, config);
    case HeadKind::soft_moe:
      return std::make_unique<SoftMoeHead>(state, name, features, classes, config, local);
    case HeadKind::sparse_moe:
    case HeadKind::hard_moe:
      return std::make_unique<SparseMoeHead>(state, name, features, classes, config, local);
  }
  fail(ExitCode::bad_usage, "unknown head");
}

}  // namespace switchyard
