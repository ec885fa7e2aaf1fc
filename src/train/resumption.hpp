#pragma once
// Resuming a run under a configuration that is not quite the one it had.

#include <string>
#include <vector>

#include "train/config.hpp"

namespace switchyard {

/// A setting that differs, as text.
struct ConfigChange {
  std::string key;
  std::string before;
  std::string now;
};

/// What differs of all that a training depends on; how it is run (folders, threads, grid,
/// checkpoints) may change freely.
std::vector<ConfigChange> training_changes(TrainConfig before, TrainConfig now);

/// Throws Error(bad_usage) for changes that would alter which samples an epoch under way still has
/// to see.
void require_same_epoch(const std::vector<ConfigChange>& changes);

}  // namespace switchyard
