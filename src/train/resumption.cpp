#include "train/resumption.hpp"

#include <algorithm>
#include <string_view>

#include "base/error.hpp"

namespace switchyard {
namespace {

// Beside what any work may change.
constexpr std::string_view kFreeKeys[] = {"checkpoint-every", "keep-checkpoints", "eval-batch"};
constexpr std::string_view kEpochKeys[] = {"batch", "seed", "split-seed", "train-samples",
                                           "validation-samples"};

}  // namespace

std::vector<ConfigChange> training_changes(TrainConfig before, TrainConfig now) {
  return config_changes(fields_of(before), fields_of(now), kFreeKeys);
}

void require_same_epoch(const std::vector<ConfigChange>& changes) {
  auto found = std::ranges::find_first_of(changes, kEpochKeys, {}, &ConfigChange::key);
  if (found == changes.end()) return;
  fail(ExitCode::bad_usage,
       fmt::format("--{} cannot change from {} to {} in the midst of an epoch (the samples that "
                   "are left would be others); resume without it",
                   found->key, found->before, found->now));
}

}  // namespace switchyard
