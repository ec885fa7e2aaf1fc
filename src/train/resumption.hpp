#pragma once
// Resuming a run under a configuration that is not quite the one it had.

#include <vector>

#include "train/config.hpp"
#include "train/config_changes.hpp"

namespace switchyard {

/// What differs of all that a training depends on; how it is run, checkpoints, and the batches of
/// evaluation may change freely.
std::vector<ConfigChange> training_changes(TrainConfig before, TrainConfig now);

/// Throws Error(bad_usage) for changes that would alter which samples an epoch under way still has
/// to see.
void require_same_epoch(const std::vector<ConfigChange>& changes);

}  // namespace switchyard
