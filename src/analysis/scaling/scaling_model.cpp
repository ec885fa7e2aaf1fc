#include "analysis/scaling/scaling_model.hpp"

#include "analysis/scaling/normal_order.hpp"

namespace switchyard {
namespace {

ZoneTable<double> seconds_of(const ScalingModel& model, const ZoneTable<double>& units) {
  ZoneTable<double> seconds;
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    seconds.at(zone, pass) = model.costs.at(zone, pass).seconds(units.at(zone, pass));
  });
  return seconds;
}

std::vector<double> seconds_of(const ScalingModel& model, const StepSchedule& schedule,
                               const GridShape& grid) {
  std::vector<double> seconds;
  for (const Message& message : schedule.messages) {
    const GroupLayout layout = layout_of(message.group, grid, model.ranks_per_node);
    seconds.push_back(
        collective_cost(message.operation, layout, message.bytes, model.all_reduce, model.links)
            .seconds(model.links));
  }
  return seconds;
}

double sum(const ZoneTable<double>& table) {
  double total = 0;
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) { total += table.at(zone, pass); });
  return total;
}

double overloaded_total(const ScalingModel& model, const StepShape& shape, const GridShape& grid,
                        double overload) {
  const StepSchedule schedule = step_schedule(shape, grid, overload);
  return run_timeline(schedule, seconds_of(model, zone_work(shape, grid, overload)),
                      seconds_of(model, schedule, grid))
      .total;
}

}  // namespace

double& part_of(StepBreakdown& parts, Zone zone, Pass pass) {
  switch (zone) {
    case Zone::backbone:
    case Zone::router:
    case Zone::plan:
    case Zone::pack:
    case Zone::experts:
    case Zone::unpack:
    case Zone::dense_head:
      return pass == Pass::forward ? parts.forward : parts.backward;
    case Zone::count_exchange:
    case Zone::dispatch:
    case Zone::combine:
      return parts.experts_exchange;
    case Zone::gradient_sync:
      return parts.gradient_sync;
    case Zone::norm_sync:
      return parts.norm_sync;
    default:
      return parts.other;
  }
}

StepPrediction predict(const ScalingModel& model, const StepShape& shape, const GridShape& grid,
                       double overload) {
  StepPrediction prediction;
  prediction.schedule = step_schedule(shape, grid);
  prediction.messages = seconds_of(model, prediction.schedule, grid);
  prediction.work = seconds_of(model, zone_work(shape, grid));
  const Timeline balanced = run_timeline(prediction.schedule, prediction.work, prediction.messages);
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    part_of(prediction.parts, zone, pass) +=
        balanced.computed.at(zone, pass) + balanced.exposed.at(zone, pass);
  });
  prediction.parts.waiting = model.spread * expected_largest(grid.ranks) * sum(balanced.computed);
  if (grid.ep > 1 && overload > 1)
    prediction.parts.waiting += overloaded_total(model, shape, grid, overload) - balanced.total;
  return prediction;
}

}  // namespace switchyard
