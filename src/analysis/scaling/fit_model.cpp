#include "analysis/scaling/fit_model.hpp"

#include <set>

#include "analysis/scaling/fit_links.hpp"
#include "analysis/scaling/nonnegative_fit.hpp"
#include "analysis/scaling/normal_order.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

void require_measured(std::span<const MeasuredPoint> points) {
  for (const MeasuredPoint& point : points)
    SY_REQUIRE(point.step > 0, ExitCode::bad_data,
               "{} states a step of {} s; a measured step takes longer than that", point.name,
               point.step);
  const int loads = count_loads(points);
  SY_REQUIRE(
      loads >= kLeastLoads, ExitCode::bad_data,
      "{} measured point(s) with {} different number(s) of samples a rank are too few to fit "
      "fixed and growing parts; measure at {} or more batch sizes or rank counts",
      points.size(), loads, kLeastLoads);
}

// Work in proportion first: where loads are alike, that explains as much as a fixed part.
LinearCost fit_zone(std::span<const MeasuredPoint> points, std::span<const ZoneTable<double>> work,
                    Zone zone, Pass pass) {
  std::vector<FitRow> rows;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (const double seconds = points[i].computed.at(zone, pass); seconds > 0)
      rows.push_back({{work[i].at(zone, pass), 1}, seconds});
  const std::vector<double> c = nonnegative_fit(rows, 2, ErrorScale::expectation);
  return {.fixed = c[1], .per_unit = c[0]};
}

double sum(const ZoneTable<double>& table) {
  double total = 0;
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) { total += table.at(zone, pass); });
  return total;
}

double fit_spread(std::span<const MeasuredPoint> points) {
  std::vector<FitRow> rows;
  for (const MeasuredPoint& point : points)
    if (point.waiting > 0)
      rows.push_back({{expected_largest(point.grid.ranks) * sum(point.computed)}, point.waiting});
  return nonnegative_fit(rows, 1, ErrorScale::expectation)[0];
}

}  // namespace

int count_loads(std::span<const MeasuredPoint> points) {
  std::set<double> loads;
  for (const MeasuredPoint& point : points) loads.insert(point.shape.samples(point.grid));
  return static_cast<int>(loads.size());
}

ScalingModel fit_model(std::span<const MeasuredPoint> points, std::span<const MeasuredCall> calls,
                       const ScalingModel& prior) {
  require_measured(points);
  ScalingModel model = prior;
  std::vector<ZoneTable<double>> work;
  std::vector<MeasuredCall> all(calls.begin(), calls.end());
  for (const MeasuredPoint& point : points) {
    work.push_back(zone_work(point.shape, point.grid));
    all.insert(all.end(), point.calls.begin(), point.calls.end());
  }
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    model.costs.at(zone, pass) = fit_zone(points, work, zone, pass);
  });
  model.links = fit_links(all, prior.all_reduce, prior.links);
  model.spread = fit_spread(points);
  return model;
}

}  // namespace switchyard
