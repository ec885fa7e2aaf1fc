#pragma once
// What ranks did together, as one of them saw it.

#include <vector>

#include "profile/zone_lane.hpp"

namespace switchyard {

class CollectiveLog {
 public:
  /// `call` without times; `now` in the stream of kernels and in that of exchanges: it is entered
  /// when both have got there. Returns its number.
  std::size_t begin(CollectiveRecord call, Moment compute, Moment exchange);
  /// The call that began it returned to the host.
  void returned(std::size_t number, std::int64_t host);
  /// It was seen complete; the first time counts.
  void complete(std::size_t number, Moment now);
  /// Computing stood still for it.
  void waited(std::size_t number, Moment from, Moment until);

  /// How many were begun; drop_from() forgets those from a number on.
  std::size_t size() const { return notes_.size(); }
  void drop_from(std::size_t number) { notes_.resize(number); }

  /// All that are complete; forgets everything.
  std::vector<CollectiveRecord> take(DeviceTimer* timer);

 private:
  struct Note {
    CollectiveRecord record = {};
    Moment compute = {}, exchange = {};  ///< at entry
    Moment left = {};
    bool complete = false;
    std::vector<MomentSpan> waits = {};
  };
  std::vector<Note> notes_;
};

}  // namespace switchyard
