#pragma once
// Repeats of one measurement as one point.

#include <vector>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

/// Of points of one shape and grid the one with the median step (of two in the middle the faster),
/// with the calls of all. In order of first occurrence, named by what they are of.
std::vector<MeasuredPoint> merge_points(const std::vector<MeasuredPoint>& points);

/// What tells points apart: "sparse, 8 experts, width 64, f32, batch 128, 2 x 1".
std::string describe(const StepShape& shape, const GridShape& grid);

}  // namespace switchyard
