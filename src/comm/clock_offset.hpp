#pragma once
// How far apart the clocks of ranks are: for times of many ranks on one timeline.

#include "comm/communicator.hpp"

namespace switchyard {

/// Nanoseconds.
struct ClockOffset {
  double offset = 0;       ///< to add to this rank's host_clock() to get that of rank 0
  double uncertainty = 0;  ///< what it may be off by at most
};

/// By messages to and fro between rank 0 and each other rank, of which the fastest counts: a reply
/// was written at some moment between its question and its arrival, so the middle is off by half of
/// the way there and back at most (Cristian 1989). `rounds` at least 1. Collective.
ClockOffset measure_clock_offset(Communicator& world, int rounds = 16);

}  // namespace switchyard
