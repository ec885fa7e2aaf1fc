#pragma once
// Measured points of a machine whose constants are known.

#include "analysis/scaling/leave_out.hpp"
#include "analysis/scaling/normal_order.hpp"

namespace switchyard::test {

inline StepShape planted_shape(std::int64_t batch) {
  StepShape shape;
  shape.model.width = 8;
  shape.batch = batch;
  return shape;
}

/// Every zone takes 2e-4 s and 1e-9 s more for a unit of its work, more in backward; links of
/// 20 us and 2 GB/s within a node of 8 and 50 us and 0.1 GB/s between.
inline ScalingModel planted_model() {
  ScalingModel model;
  model.links = {{20e-6, 2e9}, {50e-6, 0.1e9}};
  model.ranks_per_node = 8;
  model.all_reduce = AllReduceAlgorithm::ring;
  model.spread = 0.03;
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    const double times = pass == Pass::forward ? 1 : 2;
    model.costs.at(zone, pass) = {2e-4 * times, 1e-9 * times};
  });
  return model;
}

inline double sum(const ZoneTable<double>& table) {
  double total = 0;
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) { total += table.at(zone, pass); });
  return total;
}

/// What a profile of such a step would hold; `noise` multiplies every time of computing.
inline MeasuredPoint planted_point(const ScalingModel& truth, std::int64_t batch, GridShape grid,
                                   double noise = 1) {
  MeasuredPoint point;
  point.name = fmt::format("batch {} on {}", batch, grid.ranks);
  point.shape = planted_shape(batch);
  point.grid = grid;
  const StepPrediction real = predict(truth, point.shape, grid);
  const Timeline timeline = run_timeline(real.schedule, real.work, real.messages);
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    point.computed.at(zone, pass) = timeline.computed.at(zone, pass) * noise;
  });
  point.waiting = truth.spread * expected_largest(grid.ranks) * sum(point.computed);
  point.step = real.parts.total() + (noise - 1) * sum(timeline.computed) * (1 + truth.spread);
  for (std::size_t i = 0; i < real.messages.size(); ++i) {
    const Message& message = real.schedule.messages[i];
    point.calls.push_back({message.operation, layout_of(message.group, grid, truth.ranks_per_node),
                           message.bytes, real.messages[i]});
  }
  return point;
}

}  // namespace switchyard::test
