#pragma once
// The training objective: cross-entropy over the global batch, and the balance losses.

#include "model/balance_losses.hpp"
#include "model/head.hpp"

namespace switchyard {

enum class LoadLoss { smooth, importance };
inline constexpr Choice<LoadLoss> load_loss_choices[] = {{LoadLoss::smooth, "smooth"},
                                                         {LoadLoss::importance, "importance"}};
enum class KlForm { forward, reverse_scaled };
inline constexpr Choice<KlForm> kl_choices[] = {{KlForm::forward, "forward"},
                                                {KlForm::reverse_scaled, "reverse_scaled"}};

struct ObjectiveConfig {
  double label_smoothing = 0.0;
  double importance_weight = 0.1;
  double load_weight = 0.1;
  LoadLoss load_loss = LoadLoss::smooth;
  double kl_weight = 0.05;
  KlForm kl = KlForm::forward;
};

template <class Visitor>
void visit(Visitor& v, ObjectiveConfig& c) {
  v.group("Objective");
  v.field("label-smoothing", c.label_smoothing, "share of the target spread over all classes",
          Range{.lowest = 0, .highest = 1, .highest_included = false});
  v.field("importance-weight", c.importance_weight, "weight of the importance loss (sparse, hard)",
          at_least(0));
  v.field("load-weight", c.load_weight, "weight of the load loss (sparse, hard)", at_least(0));
  v.field("load-loss", c.load_loss,
          "load loss: Shazeer's smooth estimate, or importance once more as published",
          load_loss_choices);
  v.field("kl-weight", c.kl_weight, "weight of the KL balance loss (soft)", at_least(0));
  v.field("kl", c.kl, "KL(mean||uniform), or KL(uniform||mean)/E as published", kl_choices);
}

/// The mean cross-entropy alone, without label smoothing.
inline ObjectiveConfig cross_entropy_objective() {
  return {.importance_weight = 0, .load_weight = 0, .kl_weight = 0};
}

/// Checks that the head has what the balance losses are made of. Throws Error(bad_usage).
void validate(const ObjectiveConfig& config, const HeadConfig& head);

struct Objective {
  /// This rank's share, shape (1): the shares of all ranks add up to the objective.
  Variable share;
  Tensor cross_entropy_sum;  ///< (1), over this rank's samples
  Tensor balance;            ///< (1), the weighted balance losses, alike on every rank
};

/// `labels` (B,1) i32; `batch` the number of samples of all ranks. Collective.
Objective training_objective(const ForwardContext& context, const HeadOutput& output,
                             const Tensor& labels, std::int64_t batch, const HeadConfig& head,
                             const ObjectiveConfig& config);

}  // namespace switchyard
