#pragma once
// What a rank's computing stream was busy with.

#include <vector>

#include "profile/records.hpp"

namespace switchyard {

/// A time without interruption in one zone, by device times.
struct ComputeStretch {
  std::size_t zone = 0;  ///< index into RankProfile::zones
  TimeSpan when = {};
};

/// In order of time, without overlap: every moment belongs to its innermost zone. Left out is what
/// computes nothing: time outside of all zones, in zones of the host (data, checkpoint), and while
/// computing stood still for an exchange.
std::vector<ComputeStretch> compute_stretches(const RankProfile& profile);

/// Whether a device ran at its own times what the host enqueued.
bool has_device_times(const RankProfile& profile);

/// A lane for each span, such that spans of one lane do not overlap; as few lanes as possible.
/// `spans` in order of their beginning.
std::vector<std::int32_t> lanes_without_overlap(const std::vector<TimeSpan>& spans);

}  // namespace switchyard
