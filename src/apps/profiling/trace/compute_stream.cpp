#include "apps/profiling/trace/compute_stream.hpp"

#include <algorithm>
#include <iterator>

namespace switchyard {
namespace {

bool computes(Zone zone) {
  return zone != Zone::other && zone != Zone::data && zone != Zone::checkpoint;
}

/// Goes through nested zones in order of time and cuts them into stretches.
class ZoneCutter {
 public:
  explicit ZoneCutter(const std::vector<ZoneRecord>& zones) : zones_(zones) {}

  std::vector<ComputeStretch> cut() {
    for (std::size_t i = 0; i < zones_.size(); ++i) {
      close_down_to(zones_[i].parent);
      advance(zones_[i].device.begin);
      open_.push_back(i);
    }
    close_down_to(-1);
    return std::move(stretches_);
  }

 private:
  void close_down_to(std::int32_t parent) {
    while (!open_.empty() && static_cast<std::int32_t>(open_.back()) != parent) {
      advance(zones_[open_.back()].device.end);
      open_.pop_back();
    }
  }
  void advance(std::int64_t until) {
    if (!open_.empty() && until > now_ && computes(zones_[open_.back()].zone))
      stretches_.push_back({open_.back(), {now_, until}});
    now_ = until;
  }

  const std::vector<ZoneRecord>& zones_;
  std::vector<std::size_t> open_;
  std::vector<ComputeStretch> stretches_;
  std::int64_t now_ = 0;
};

/// When computing stood still: in order, without overlap.
std::vector<TimeSpan> standstills(const std::vector<CollectiveRecord>& collectives) {
  std::vector<TimeSpan> waits;
  for (const CollectiveRecord& call : collectives)
    std::ranges::copy_if(call.waits, std::back_inserter(waits),
                         [](TimeSpan wait) { return wait.length() > 0; });
  std::ranges::sort(waits, {}, &TimeSpan::begin);
  std::vector<TimeSpan> merged;
  for (const TimeSpan& wait : waits) {
    if (!merged.empty() && wait.begin <= merged.back().end)
      merged.back().end = std::max(merged.back().end, wait.end);
    else
      merged.push_back(wait);
  }
  return merged;
}

void add_outside(const std::vector<TimeSpan>& pauses, const ComputeStretch& stretch,
                 std::vector<ComputeStretch>& kept) {
  std::int64_t begin = stretch.when.begin;
  const auto keep_until = [&](std::int64_t end) {
    if (begin < end) kept.push_back({stretch.zone, {begin, end}});
  };
  auto pause = std::ranges::upper_bound(pauses, begin, {}, &TimeSpan::end);
  for (; pause != pauses.end() && pause->begin < stretch.when.end; ++pause) {
    keep_until(pause->begin);
    begin = pause->end;
  }
  keep_until(stretch.when.end);
}

}  // namespace

std::vector<ComputeStretch> compute_stretches(const RankProfile& profile) {
  const std::vector<TimeSpan> pauses = standstills(profile.collectives);
  std::vector<ComputeStretch> kept;
  for (const ComputeStretch& stretch : ZoneCutter(profile.zones).cut())
    add_outside(pauses, stretch, kept);
  return kept;
}

bool has_device_times(const RankProfile& profile) {
  return std::ranges::any_of(profile.zones, [](const ZoneRecord& zone) {
    return zone.device.begin != zone.host.begin || zone.device.end != zone.host.end;
  });
}

std::vector<std::int32_t> lanes_without_overlap(const std::vector<TimeSpan>& spans) {
  std::vector<std::int64_t> free_from;  // a lane
  std::vector<std::int32_t> lanes;
  for (const TimeSpan& span : spans) {
    auto lane =
        std::ranges::find_if(free_from, [&](std::int64_t end) { return end <= span.begin; });
    if (lane == free_from.end()) lane = free_from.insert(lane, span.end);
    *lane = span.end;
    lanes.push_back(static_cast<std::int32_t>(lane - free_from.begin()));
  }
  return lanes;
}

}  // namespace switchyard
