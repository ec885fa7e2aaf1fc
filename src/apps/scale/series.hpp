#pragma once
// The steps that a study predicts: which batch and experts on which grids.

#include <vector>

#include "apps/scale/config.hpp"

namespace switchyard {

/// Grids of one batch and number of experts, by ascending ranks.
struct ScaleSeries {
  struct Step {
    StepShape shape;
    GridShape grid;
  };
  std::vector<Step> steps;
};

/// One for each batch and number of experts that is asked for; with GridChoice::fastest of all
/// grids. Error(bad_usage) for a grid that cannot be, or a rank without a sample.
std::vector<ScaleSeries> series_of(const ScaleConfig& config);

}  // namespace switchyard
