#pragma once
// What every rank has recorded, on the rank that reports it.

#include <vector>

#include "machine/machine.hpp"
#include "profile/records.hpp"

namespace switchyard {

/// `own`: as this rank's recorder took it; rank, host, device and clock are filled in. Rank 0 gets
/// one profile a rank, in rank order; the others, for whom all ranks' would be a burden, get none.
/// Collective.
std::vector<RankProfile> gather_profiles(Machine& machine, RankProfile own);

}  // namespace switchyard
