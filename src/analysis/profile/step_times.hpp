#pragma once
// How long steps took.

#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

/// Seconds of recorded steps.
struct StepTimes {
  std::vector<Quantiles> per_rank;
  Quantiles over_ranks;  ///< of all ranks' steps together
};

StepTimes step_times(const RecordedSteps& steps);

}  // namespace switchyard
