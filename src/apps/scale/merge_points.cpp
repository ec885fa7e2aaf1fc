#include "apps/scale/merge_points.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard {
namespace {

// All of one shape and grid, at least one. Medians of each zone would not add up to a step.
MeasuredPoint merge(std::vector<const MeasuredPoint*> repeats) {
  std::ranges::sort(repeats, {}, [](const MeasuredPoint* repeat) { return repeat->step; });
  MeasuredPoint merged = *repeats[(repeats.size() - 1) / 2];
  merged.name = describe(merged.shape, merged.grid);
  merged.calls.clear();
  for (const MeasuredPoint* repeat : repeats)
    merged.calls.insert(merged.calls.end(), repeat->calls.begin(), repeat->calls.end());
  return merged;
}

}  // namespace

std::string describe(const StepShape& shape, const GridShape& grid) {
  const HeadConfig& head = shape.model.head;
  return fmt::format("{}{}, width {}, {}, batch {}, {} x {}", name_of(head.kind, head_choices),
                     head.is_moe() ? fmt::format(", {} experts", head.experts) : "",
                     shape.model.width, name_of(shape.precision, precision_choices), shape.batch,
                     grid.dp(), grid.ep);
}

std::vector<MeasuredPoint> merge_points(const std::vector<MeasuredPoint>& points) {
  std::vector<MeasuredPoint> merged;
  for (const MeasuredPoint& point : points) {
    const std::string name = describe(point.shape, point.grid);
    if (std::ranges::find(merged, name, &MeasuredPoint::name) != merged.end()) continue;
    std::vector<const MeasuredPoint*> repeats;
    for (const MeasuredPoint& other : points)
      if (describe(other.shape, other.grid) == name) repeats.push_back(&other);
    merged.push_back(merge(repeats));
  }
  return merged;
}

}  // namespace switchyard
