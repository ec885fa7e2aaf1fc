#pragma once
// What collectives cost each rank, and whom they waited for; formulas and limits:
// docs/profiling.md.

#include "analysis/profile/group_calls.hpp"
#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/reach.hpp"

namespace switchyard {

/// Of one rank: seconds a step, summed over calls.
struct RankCollective {
  double waiting = 0;
  double transferring = 0;
  double exposed = 0;  ///< its computing stood still
  double overlapped = 0;
  std::int64_t times_last = 0;  ///< calls in which it was the straggler
};

/// Calls that are alike, in all groups of this name.
struct CollectiveTimes {
  Collective operation = Collective::barrier;
  std::string group;
  Zone zone = Zone::other;
  Pass pass = Pass::forward;
  Reach reach = Reach::intra_node;
  bool started = false;                   ///< computing may go on meanwhile
  std::vector<std::int64_t> group_sizes;  ///< ascending
  std::int64_t calls = 0;                 ///< in all recorded steps, of all these groups
  double calls_per_step = 0;              ///< that one rank takes part in, mean of such ranks
  double median_bytes = 0;                ///< of a call
  std::int64_t max_bytes = 0;
  std::optional<BytesSent> sent;     ///< by all ranks in all steps, of collectives on rows
  double transferring_per_call = 0;  ///< median, s
  std::optional<double> algbw;       ///< bytes/s, of all calls together
  std::optional<double> busbw;
  std::vector<std::optional<RankCollective>> per_rank;  ///< nothing: in no such group
  std::int64_t undecided = 0;  ///< calls whose last two ranks the clocks cannot tell apart

  /// The rank that was last most often; nothing where all calls are undecided.
  std::optional<std::size_t> straggler() const;
  /// Seconds a step of the rank that spends most, waiting and transferring.
  double longest() const;
};

/// One entry for each operation, group name, zone, pass, reach and way of starting; that with the
/// longest() first.
std::vector<CollectiveTimes> collective_times(const RecordedSteps& steps, const GroupCalls& calls);

}  // namespace switchyard
