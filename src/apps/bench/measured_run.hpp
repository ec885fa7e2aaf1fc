#pragma once
// Trained runs whose weights an inference benchmark measures with.

#include <vector>

#include "train/config.hpp"
#include "train/run_folder.hpp"

namespace switchyard {

struct MeasuredRun {
  RunFolder folder;
  TrainConfig training;  ///< with what the command line changes

  HeadKind head() const { return training.model.head.kind; }
};

/// What holds for all heads that are measured: the settings of the first run, with the sizes of
/// each kind of head from the runs that have trained one. Every run takes over how the program
/// runs. Error(bad_usage) for two runs of one head, and for runs that differ in data set, width or
/// sizes of experts. `runs` has one at least.
TrainConfig share_settings(std::vector<MeasuredRun>& runs);

}  // namespace switchyard
