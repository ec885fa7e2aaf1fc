#pragma once
// A scaling model fitted to measured steps.

#include <span>

#include "analysis/scaling/measured_point.hpp"
#include "analysis/scaling/scaling_model.hpp"

namespace switchyard {

/// Steps of so many different amounts of work a rank separate a zone's fixed part from the rest.
inline constexpr int kLeastLoads = 2;

/// Different amounts of work a rank among the points: samples a rank.
int count_loads(std::span<const MeasuredPoint> points);

/// Each zone's cost from its measured times; a link's latency and bandwidth from the calls within a
/// node, and from those between nodes, where there are any, else as `prior` has them; `spread` from
/// the waiting. All by nonnegative_fit(). `calls`: more calls,
/// as from a benchmark. Error(bad_data) with fewer than kLeastLoads loads, or a figure that cannot
/// have been measured.
ScalingModel fit_model(std::span<const MeasuredPoint> points, std::span<const MeasuredCall> calls,
                       const ScalingModel& prior);

}  // namespace switchyard
