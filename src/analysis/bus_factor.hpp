#pragma once
// From the bandwidth of a collective's caller to that of the wires.

#include "profile/zone.hpp"

namespace switchyard {

/// busbw over algbw on so many ranks, as nccl-tests define it (doc/PERFORMANCE.md): what an ideal
/// algorithm moves over the slowest rank's link for each byte of the collective's size. 0 where
/// nothing is moved.
double bus_factor(Collective operation, int ranks);

}  // namespace switchyard
