#include "profile/zone_lane.hpp"

#include <utility>

namespace switchyard {

TimeSpan MomentSpan::device(DeviceTimer* timer) const {
  if (!timer || begin.mark < 0 || end.mark < 0) return host();
  return {timer->when(begin.mark), timer->when(end.mark)};
}

void ZoneLane::enter(std::int32_t step, Zone zone, Pass pass, Moment now) {
  const auto index = static_cast<std::int32_t>(notes_.size());
  notes_.push_back({{.step = step, .parent = current(), .zone = zone, .pass = pass}, {now, now}});
  open_.push_back(index);
}

void ZoneLane::leave(Moment now) {
  notes_[static_cast<std::size_t>(open_.back())].span.end = now;
  open_.pop_back();
}

Zone ZoneLane::zone() const {
  return open_.empty() ? Zone::other : notes_[static_cast<std::size_t>(open_.back())].record.zone;
}

std::vector<ZoneRecord> ZoneLane::take(DeviceTimer* timer) {
  std::vector<ZoneRecord> records;
  records.reserve(notes_.size());
  for (Note& note : std::exchange(notes_, {})) {
    note.record.host = note.span.host();
    note.record.device = note.span.device(timer);
    records.push_back(note.record);
  }
  return records;
}

}  // namespace switchyard
