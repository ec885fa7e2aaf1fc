#include "analysis/scaling/leave_out.hpp"

#include <algorithm>

namespace switchyard {
namespace {

std::vector<MeasuredPoint> without(std::span<const MeasuredPoint> points,
                                   std::span<const std::size_t> left) {
  std::vector<MeasuredPoint> rest;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::ranges::find(left, i) == left.end()) rest.push_back(points[i]);
  return rest;
}

}  // namespace

std::vector<LeftOut> leave_out(std::span<const MeasuredPoint> points,
                               std::span<const std::size_t> left,
                               std::span<const MeasuredCall> calls, const ScalingModel& prior) {
  const ScalingModel model = fit_model(without(points, left), calls, prior);
  std::vector<LeftOut> results;
  for (std::size_t i : left) {
    const MeasuredPoint& point = points[i];
    results.push_back(
        {i, point.step, predict(model, point.shape, point.grid, point.overload).parts.total()});
  }
  return results;
}

std::vector<LeftOut> leave_one_out(std::span<const MeasuredPoint> points,
                                   std::span<const MeasuredCall> calls, const ScalingModel& prior) {
  std::vector<LeftOut> results;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t left[] = {i};
    if (count_loads(without(points, left)) < kLeastLoads) continue;
    results.push_back(leave_out(points, left, calls, prior).front());
  }
  return results;
}

}  // namespace switchyard
