#include "model/objective.hpp"

#include "ops/arithmetic.hpp"
#include "ops/softmax.hpp"

namespace switchyard {
namespace {

Variable load_loss(const ForwardContext& context, const Routing& routing, const HeadConfig& head,
                   const ObjectiveConfig& config) {
  if (config.load_loss == LoadLoss::importance)
    return importance_as_load_loss(context.tape, routing.probs, context.batch);
  SY_REQUIRE(routing.noise || head.active_experts() == head.experts, ExitCode::run_failed,
             "the smooth load loss needs gate noise, which is off in this pass; leave it out of "
             "the objective");
  return smooth_load_loss(context.tape,
                          estimate_load(context.tape, routing.clean_logits, routing.noise_std,
                                        routing.noise, head.active_experts(), context.batch));
}

// Without value if none has a weight.
Variable balance_losses(const ForwardContext& context, const Routing& routing, std::int64_t batch,
                        const HeadConfig& head, const ObjectiveConfig& config) {
  Tape& tape = context.tape;
  Variable total;
  auto include = [&](double weight, auto loss) {
    if (weight <= 0) return;
    Variable weighted = scale(tape, loss(), weight);
    total = total.value() ? add(tape, total, weighted) : weighted;
  };
  if (head.is_sparse()) {
    include(config.importance_weight,
            [&] { return importance_loss(tape, routing.probs, context.batch); });
    include(config.load_weight, [&] { return load_loss(context, routing, head, config); });
  } else {
    include(config.kl_weight, [&] {
      return config.kl == KlForm::forward
                 ? kl_forward_loss(tape, routing.probs, batch, context.batch)
                 : kl_reverse_scaled_loss(tape, routing.probs, batch, context.batch);
    });
  }
  return total;
}

}  // namespace

void validate(const ObjectiveConfig& config, const HeadConfig& head) {
  bool smooth = head.is_sparse() && config.load_weight > 0 && config.load_loss == LoadLoss::smooth;
  SY_REQUIRE(!smooth || head.gate_noise || head.active_experts() == head.experts,
             ExitCode::bad_usage,
             "the smooth load loss is the probability of being chosen under gate noise, and the "
             "noise is off; set --gate-noise on, --load-loss importance or --load-weight 0");
}

Objective training_objective(const ForwardContext& context, const HeadOutput& output,
                             const Tensor& labels, std::int64_t batch, const HeadConfig& head,
                             const ObjectiveConfig& config) {
  Tape& tape = context.tape;
  Variable cross_entropy = cross_entropy_sum(tape, output.logits, labels, config.label_smoothing);
  Objective objective;
  objective.cross_entropy_sum = cross_entropy.value();
  objective.share = scale(tape, cross_entropy, 1.0 / static_cast<double>(batch));
  Variable balance;
  if (output.routing) balance = balance_losses(context, *output.routing, batch, head, config);
  if (!balance.value()) {
    objective.balance = tape.backend().zeros({1}, output.logits.dtype());
    return objective;
  }
  objective.balance = balance.value();
  // Every rank has the whole of it: a share each.
  objective.share = add(tape, objective.share,
                        scale(tape, balance, 1.0 / static_cast<double>(context.batch.ranks())));
  return objective;
}

}  // namespace switchyard
