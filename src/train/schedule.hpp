#pragma once
// The learning rate over the course of a run.

#include <cstdint>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

enum class ScheduleKind { multistep, cosine, constant };
inline constexpr Choice<ScheduleKind> schedule_choices[] = {{ScheduleKind::multistep, "multistep"},
                                                            {ScheduleKind::cosine, "cosine"},
                                                            {ScheduleKind::constant, "constant"}};

struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::multistep;
  std::vector<int> milestones = {30, 40};
  double gamma = 0.1;
  int warmup_epochs = 0;
  double min_learning_rate = 0;
};

template <class Visitor>
void visit(Visitor& v, ScheduleConfig& c) {
  v.group("Learning rate schedule");
  v.field("schedule", c.kind, "how the learning rate falls", schedule_choices);
  v.field("milestones", c.milestones, "multistep: epochs done after which lr is multiplied",
          at_least(1), "epochs");
  v.field("gamma", c.gamma, "multistep: factor of a milestone", above(0));
  v.field("warmup-epochs", c.warmup_epochs, "epochs in which lr rises linearly, step by step",
          at_least(0), "epochs");
  v.field("min-lr", c.min_learning_rate, "cosine: learning rate at the end", at_least(0));
}

/// Checks what spans fields; `base` is the learning rate, `epochs` the length of the run. Throws
/// Error(bad_usage).
void validate(const ScheduleConfig& config, double base, int epochs);

/// Where a run stands; all counts from 0.
struct TrainingTime {
  int epochs = 1;  ///< length of the run
  int epoch = 0;
  std::int64_t step = 0;  ///< within the epoch
  std::int64_t steps_per_epoch = 1;
};

/// The learning rate of one step, from `base`:
/// - multistep: base gamma^m with m the milestones <= epoch (torch MultiStepLR, stepped by epoch);
///   milestones count from the start of the run, warm-up included;
/// - cosine, by step: min + (base - min) (1 + cos(pi t / T)) / 2 with t of T steps after warm-up
///   (torch CosineAnnealingLR, stepped by batch);
/// - warm-up of W steps: base (t + 1) / W in step t (torch LinearLR with start_factor 1 / W and
///   total_iters W - 1).
double learning_rate(const ScheduleConfig& config, double base, const TrainingTime& time);

}  // namespace switchyard
