#pragma once
// Passes of a dispatch benchmark that are recorded, besides those that are timed: where their time
// and their bytes went.

#include "apps/bench/dispatch_figures.hpp"
#include "profile/records.hpp"

namespace switchyard {

/// Every routing of the case that often.
inline constexpr int kRecordedRounds = 3;

/// Records passes of the case, adds how long they took, and on rank 0 what they show. Collective.
void record_passes(DispatchFigures& figures, Machine& machine);

/// Adds what passes show, each a recorded step: medians over passes of the ranks' communication,
/// means of rows and bytes, overload, zones. `profiles`: one a rank, in rank order.
void add_recorded(std::vector<RankProfile> profiles, DispatchFigures& figures);

}  // namespace switchyard
