#pragma once
// How long a schedule takes: a rank computes in order, and its messages travel one at a time in the
// order in which they start, as on one stream for exchanges.

#include <vector>

#include "analysis/scaling/step_schedule.hpp"
#include "analysis/scaling/zone_table.hpp"

namespace switchyard {

struct Timeline {
  double total = 0;            ///< seconds
  ZoneTable<double> computed;  ///< seconds of work
  ZoneTable<double> exposed;   ///< seconds in which computing stood still for a message
};

/// `work` in seconds of each zone, all its shares together; `messages` in seconds, as in
/// `schedule.messages`. Work of zones that the schedule does not have is left out.
Timeline run_timeline(const StepSchedule& schedule, const ZoneTable<double>& work,
                      const std::vector<double>& messages);

}  // namespace switchyard
