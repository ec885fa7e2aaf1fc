#pragma once
// What a case of a dispatch benchmark cost: times of passes that nobody watched, and where that
// time and the bytes went, of passes that were recorded.

#include <optional>
#include <span>
#include <vector>

#include "analysis/profile/zone_times.hpp"
#include "apps/bench/dispatch_check.hpp"
#include "apps/bench/repetition.hpp"

namespace switchyard {

/// Of one rank; all but the tokens from recorded passes, on rank 0 alone. Rows and bytes: means of
/// a pass over all routings, exact. Seconds: medians over passes.
struct DispatchRank {
  std::int64_t tokens = 0;
  double rows = 0;           ///< that its experts get
  double sent_bytes = 0;     ///< of rows to other ranks
  double communication = 0;  ///< some exchange is under way
  double exposed = 0;        ///< the rank stands still for one
  double waiting = 0;        ///< part of that: for ranks that come later
};

struct DispatchFigures {
  DispatchCase measured_case;
  Measurement times;
  std::vector<double> over_balanced = {};  ///< of each round, time over that of the balanced
                                           ///< workload; empty where that is not among the cases
  std::optional<DispatchDifference> difference = {};  ///< where it was asked for
  double recorded = 0;  ///< seconds of the slowest rank, median over recorded passes
  std::vector<DispatchRank> ranks = {};
  /// Of recorded passes, on rank 0 alone.
  std::vector<ZoneTimes> zones = {};
  double overload = 0;        ///< rows of the rank with most over their mean, mean of all routings
  double worst_overload = 0;  ///< of the routing where it is largest

  /// Of all tokens, by the median time of the slowest rank.
  double tokens_per_second() const;
  double sent_bytes() const;       ///< of all ranks, in a pass
  double longest_waiting() const;  ///< of the rank where that is most
};

/// Cases that are to be compared: their passes are timed in turn, so that what disturbs the machine
/// disturbs all alike. `check`: each also against one rank. Collective.
std::vector<DispatchFigures> measure_dispatch(std::span<const DispatchCase> cases, Machine& machine,
                                              const RepetitionPlan& plan, bool check);

}  // namespace switchyard
