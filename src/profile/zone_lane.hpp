#pragma once
// The zones that one thread goes through, nested.

#include <vector>

#include "profile/records.hpp"

namespace switchyard {

/// A moment as it is noted: by the host, and by a mark of the device's timer where there is one.
struct Moment {
  std::int64_t host = 0;
  std::int64_t mark = -1;
};

/// A noted moment on both clocks, for when all marks can be read.
struct MomentSpan {
  Moment begin;
  Moment end;

  TimeSpan host() const { return {begin.host, end.host}; }
  TimeSpan device(DeviceTimer* timer) const;
};

class ZoneLane {
 public:
  void enter(std::int32_t step, Zone zone, Pass pass, Moment now);
  void leave(Moment now);
  /// Index of the innermost zone, -1: none.
  std::int32_t current() const { return open_.empty() ? -1 : open_.back(); }
  /// The innermost zone; `other` outside of all.
  Zone zone() const;
  /// How many stays there are; drop_from() forgets those from a number on, all of which were left.
  std::size_t size() const { return notes_.size(); }
  void drop_from(std::size_t number) { notes_.resize(number); }
  /// All that has been left; forgets it.
  std::vector<ZoneRecord> take(DeviceTimer* timer);

 private:
  struct Note {
    ZoneRecord record = {};
    MomentSpan span = {};
  };
  std::vector<Note> notes_;
  std::vector<std::int32_t> open_;
};

}  // namespace switchyard
