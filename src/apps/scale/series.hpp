#pragma once
// The steps that a study predicts: which batch and experts on which grids.

#include <string>
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
  std::vector<std::string> left_out;  ///< sentences on numbers of ranks that cannot be
};

/// One for each batch and number of experts that is asked for; with GridChoice::fastest of all
/// grids. Numbers of ranks that --ep does not divide, or that leave a rank without a sample, are
/// left out; Error(bad_usage) where none remains, or a grid cannot be on any number.
std::vector<ScaleSeries> series_of(const ScaleConfig& config);

}  // namespace switchyard
