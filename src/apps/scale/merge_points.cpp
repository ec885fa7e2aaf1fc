#include "apps/scale/merge_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/profile/quantiles.hpp"

namespace switchyard {
namespace {

using Repeats = std::vector<const MeasuredPoint*>;

template <class Figure>
double median_of(const Repeats& repeats, Figure figure) {
  std::vector<double> values;
  for (const MeasuredPoint* repeat : repeats) values.push_back(figure(*repeat));
  return median(std::move(values));
}

// All of one shape and grid, at least one.
MeasuredPoint merge(const Repeats& repeats) {
  MeasuredPoint merged;
  merged.shape = repeats.front()->shape;
  merged.grid = repeats.front()->grid;
  merged.name = describe(merged.shape, merged.grid);
  merged.step = median_of(repeats, [](const MeasuredPoint& p) { return p.step; });
  merged.waiting = median_of(repeats, [](const MeasuredPoint& p) { return p.waiting; });
  merged.overload = median_of(repeats, [](const MeasuredPoint& p) { return p.overload; });
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    merged.computed.at(zone, pass) =
        median_of(repeats, [&](const MeasuredPoint& p) { return p.computed.at(zone, pass); });
  });
  for (const MeasuredPoint* repeat : repeats)
    merged.calls.insert(merged.calls.end(), repeat->calls.begin(), repeat->calls.end());
  return merged;
}

// Sizes that are the defaults go without saying.
std::string describe(const HeadConfig& head) {
  const HeadConfig usual;
  auto units = [](int count, int by_default) {
    return count == by_default ? "" : fmt::format(" of {} units", count);
  };
  std::string text(name_of(head.kind, head_choices));
  if (!head.is_moe()) return text + units(head.dense_hidden, usual.dense_hidden);
  text +=
      fmt::format(", {} experts{}", head.experts, units(head.expert_hidden, usual.expert_hidden));
  const bool chosen = head.kind == HeadKind::sparse_moe && head.k != usual.k;
  return text + (chosen ? fmt::format(", {} a sample", head.k) : "");
}

}  // namespace

std::string describe(const StepShape& shape, const GridShape& grid) {
  return fmt::format(
      "{}{}{}, width {}, {}, batch {}, {} x {}", describe(shape.model.head),
      shape.overlap_degree > 1 ? fmt::format(" in {} parts", shape.overlap_degree) : "",
      shape.norm_sync == NormSync::sync ? "" : ", local batch norm", shape.model.width,
      name_of(shape.precision, precision_choices), shape.batch, grid.dp(), grid.ep);
}

std::vector<MeasuredPoint> merge_points(const std::vector<MeasuredPoint>& points) {
  std::vector<MeasuredPoint> merged;
  for (const MeasuredPoint& point : points) {
    const std::string name = describe(point.shape, point.grid);
    if (std::ranges::find(merged, name, &MeasuredPoint::name) != merged.end()) continue;
    Repeats repeats;
    for (const MeasuredPoint& other : points)
      if (describe(other.shape, other.grid) == name) repeats.push_back(&other);
    merged.push_back(merge(repeats));
  }
  return merged;
}

}  // namespace switchyard
