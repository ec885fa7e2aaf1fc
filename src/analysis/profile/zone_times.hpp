#pragma once
// Where the time of steps goes: seconds in one step, by zone and pass.
//
// A stay counts without the stays within it, and only as far as it lies in its step; so the zones
// of a rank, with `other` for what none covers, add up to its steps exactly.

#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

struct ZoneTimes {
  Zone zone = Zone::other;
  Pass pass = Pass::forward;
  std::vector<Quantiles> per_rank;
  std::vector<double> share;  ///< of each rank's mean step
  Quantiles over_ranks;       ///< of all ranks' steps together
  std::size_t max_rank = 0;   ///< whose mean is the largest
  std::optional<double> max_over_mean;

  double max() const { return per_rank[max_rank].mean; }
};

/// Every zone that occurs and `other`, that with the largest mean first.
std::vector<ZoneTimes> zone_times(const RecordedSteps& steps);

/// What the loader's threads did beside the steps, in the same terms; it has no share.
std::vector<ZoneTimes> loader_times(const RecordedSteps& steps);

}  // namespace switchyard
