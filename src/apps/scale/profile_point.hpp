#pragma once
// A profile.json as a point that a model is fitted to.

#include <filesystem>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

/// How many ranks a profile is of. Error(bad_data) for a file that is no profile.
int ranks_of_profile(const std::filesystem::path& file);

/// Of a run of `shape` on `grid`: its step is the median of those timed as wholes, or the mean
/// recorded one where there are none; all else are means over recorded steps and ranks. Zones count
/// without what computing stood still for in their exchanges; calls that overlap with computing are
/// left out, for nobody saw how long they took. Error(bad_data) for a file that is no profile of
/// such a run.
MeasuredPoint read_profile_point(const std::filesystem::path& file, const StepShape& shape,
                                 const GridShape& grid);

}  // namespace switchyard
