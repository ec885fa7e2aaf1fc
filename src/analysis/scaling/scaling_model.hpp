#pragma once
// A model of a step's time on any grid: costs of zones, of messages, and of waiting.

#include "analysis/scaling/timeline.hpp"
#include "analysis/scaling/zone_costs.hpp"

namespace switchyard {

struct ScalingModel {
  ZoneCosts costs;
  Links links;
  int ranks_per_node = 1;
  AllReduceAlgorithm all_reduce = AllReduceAlgorithm::best;
  /// Ranks wait for the last: this share of the time of computing, times expected_largest(ranks).
  double spread = 0;
};

/// A step's time divided into what adds up to it, seconds.
struct StepBreakdown {
  double forward = 0;           ///< backbone and head
  double backward = 0;          ///< the same
  double experts_exchange = 0;  ///< counts, dispatch and combine, both passes
  double gradient_sync = 0;     ///< what does not overlap with backward, and packing
  double norm_sync = 0;
  double waiting = 0;  ///< for ranks that are slower, or have more rows
  double other = 0;    ///< data, loss, report, optimizer

  double total() const {
    return forward + backward + experts_exchange + gradient_sync + norm_sync + waiting + other;
  }
};

struct StepPrediction {
  StepSchedule schedule;
  std::vector<double> messages;  ///< seconds of each of the schedule's
  ZoneTable<double> work;        ///< seconds of each zone
  StepBreakdown parts;
};

/// Of the rank with the mean number of samples; `overload`: rows of the rank with most over the
/// mean. What the hottest rank takes longer, in experts and in exchanges, is waiting.
StepPrediction predict(const ScalingModel& model, const StepShape& shape, const GridShape& grid,
                       double overload = 1);

/// The place of a zone in the breakdown.
double& part_of(StepBreakdown& parts, Zone zone, Pass pass);

}  // namespace switchyard
