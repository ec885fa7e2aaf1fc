#pragma once
// What communication costs a rank, nothing counted twice: lengths of unions of intervals.

#include "analysis/profile/group_calls.hpp"

namespace switchyard {

/// Seconds a step.
struct RankCommunication {
  double total = 0;            ///< any collective under way
  double exposed = 0;          ///< computing stood still for one
  double exposed_waiting = 0;  ///< part of exposed: for ranks that had not entered yet
  double exposed_share = 0;    ///< of the rank's mean step

  double overlapped() const { return total - exposed; }
  double exposed_transferring() const { return exposed - exposed_waiting; }
};

/// One a rank. Waiting is known of `calls` alone; others count as transferring.
std::vector<RankCommunication> communication(const RecordedSteps& steps, const GroupCalls& calls);

}  // namespace switchyard
