#include "train/resumption.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace switchyard {
namespace {

const std::set<std::string> kFreeKeys = {"out",
                                         "resume",
                                         "overwrite",
                                         "data",
                                         "checkpoint-every",
                                         "keep-checkpoints",
                                         "threads",
                                         "deadline",
                                         "ep",
                                         "device",
                                         "communicator",
                                         "two-level",
                                         "overlap-degree",
                                         "graphs",
                                         "fast-nondeterministic",
                                         "profile",
                                         "eval-batch"};
const std::set<std::string> kEpochKeys = {"batch", "seed", "split-seed", "train-samples",
                                          "validation-samples"};

}  // namespace

std::vector<ConfigChange> training_changes(TrainConfig before, TrainConfig now) {
  std::vector<ConfigChange> changes;
  std::vector<Field> old_fields = fields_of(before), new_fields = fields_of(now);
  for (std::size_t i = 0; i < old_fields.size(); ++i) {
    std::string was = old_fields[i].print(), is = new_fields[i].print();
    if (was != is && !kFreeKeys.contains(old_fields[i].name))
      changes.push_back({old_fields[i].name, std::move(was), std::move(is)});
  }
  return changes;
}

void require_same_epoch(const std::vector<ConfigChange>& changes) {
  auto found = std::find_if(changes.begin(), changes.end(), [](const ConfigChange& change) {
    return kEpochKeys.contains(change.key);
  });
  if (found == changes.end()) return;
  fail(ExitCode::bad_usage,
       fmt::format("--{} cannot change from {} to {} in the midst of an epoch (the samples that "
                   "are left would be others); resume without it",
                   found->key, found->before, found->now));
}

}  // namespace switchyard
