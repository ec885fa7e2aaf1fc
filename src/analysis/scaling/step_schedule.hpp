#pragma once
// A training step as one rank goes through it: its work, zone by zone, and the messages between, in
// the order in which train/training_step.cpp and what it calls issue them.
//
// Sizes are those of a rank with the mean number of samples and rows; an overload factor scales
// what goes to experts, for the rank that gets the most of it.

#include <vector>

#include "analysis/scaling/step_shape.hpp"
#include "profile/zone.hpp"

namespace switchyard {

struct Message {
  Collective operation = Collective::all_reduce;
  RankGroup group = RankGroup::world;
  double bytes = 0;  ///< as CollectiveRecord::bytes
};

struct StepEvent {
  enum class Kind {
    compute,   ///< `share` of the zone's work in this pass
    exchange,  ///< a message that is waited for at once
    start,     ///< a message that travels while computing goes on
    wait,      ///< for it
  };
  Kind kind = Kind::compute;
  Zone zone = Zone::other;
  Pass pass = Pass::forward;
  double share = 1;
  int message = -1;  ///< index into StepSchedule::messages
};

struct StepSchedule {
  std::vector<Message> messages;
  std::vector<StepEvent> events;
};

/// Groups of one rank exchange nothing. `overload` at least 1.
StepSchedule step_schedule(const StepShape& shape, const GridShape& grid, double overload = 1);

}  // namespace switchyard
