#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace switchyard {
namespace {

double multistep(const ScheduleConfig& config, double base, int epoch) {
  for (int milestone : config.milestones)
    if (milestone <= epoch) base *= config.gamma;
  return base;
}

double cosine(double base, double lowest, double done) {
  return lowest + (base - lowest) * (1 + std::cos(std::numbers::pi * done)) / 2;
}

}  // namespace

void validate(const ScheduleConfig& config, double base, int epochs) {
  SY_REQUIRE(config.warmup_epochs < epochs, ExitCode::bad_usage,
             "--warmup-epochs {} leaves nothing of the run's {} epochs; give at most {} or raise "
             "--epochs",
             config.warmup_epochs, epochs, epochs - 1);
  SY_REQUIRE(config.kind != ScheduleKind::cosine || config.min_learning_rate <= base,
             ExitCode::bad_usage,
             "--min-lr {} is above --lr {}: the cosine schedule would rise; give a smaller one",
             config.min_learning_rate, base);
}

double learning_rate(const ScheduleConfig& config, double base, const TrainingTime& time) {
  std::int64_t step = time.epoch * time.steps_per_epoch + time.step;
  std::int64_t warmup = config.warmup_epochs * time.steps_per_epoch;
  if (step < warmup) return base * static_cast<double>(step + 1) / static_cast<double>(warmup);
  switch (config.kind) {
    case ScheduleKind::multistep:
      return multistep(config, base, time.epoch);
    case ScheduleKind::cosine: {
      std::int64_t total = time.epochs * time.steps_per_epoch - warmup;
      return cosine(base, config.min_learning_rate,
                    static_cast<double>(step - warmup) / static_cast<double>(total));
    }
    case ScheduleKind::constant:
      return base;
  }
  fail(ExitCode::run_failed, "unknown schedule");
}

}  // namespace switchyard
