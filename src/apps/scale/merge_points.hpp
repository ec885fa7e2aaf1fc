#pragma once
// Repeats of one measurement as one point.

#include <vector>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

/// One point for each shape and grid, in order of first occurrence, named by what it is of: each
/// time the median over its repeats, so that zones add up to a step only nearly; the calls of all.
std::vector<MeasuredPoint> merge_points(const std::vector<MeasuredPoint>& points);

/// What tells points apart: "sparse, 8 experts, width 64, f32, batch 128, 2 x 1".
std::string describe(const StepShape& shape, const GridShape& grid);

}  // namespace switchyard
