#include "profile/collective_log.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {

std::size_t CollectiveLog::begin(CollectiveRecord call, Moment compute, Moment exchange) {
  call.host = {compute.host, compute.host};
  notes_.push_back({.record = std::move(call), .compute = compute, .exchange = exchange});
  return notes_.size() - 1;
}

void CollectiveLog::returned(std::size_t number, std::int64_t host) {
  notes_[number].record.host.end = host;
}

void CollectiveLog::complete(std::size_t number, Moment now) {
  Note& note = notes_[number];
  if (!std::exchange(note.complete, true)) note.left = now;
}

void CollectiveLog::waited(std::size_t number, Moment from, Moment until) {
  notes_[number].waits.push_back({from, until});
}

std::vector<CollectiveRecord> CollectiveLog::take(DeviceTimer* timer) {
  std::vector<CollectiveRecord> records;
  for (Note& note : std::exchange(notes_, {})) {
    if (!note.complete) continue;
    CollectiveRecord& record = note.record;
    const TimeSpan compute = MomentSpan{note.compute, note.left}.device(timer);
    const TimeSpan exchange = MomentSpan{note.exchange, note.left}.device(timer);
    record.under_way = {std::max(compute.begin, exchange.begin), exchange.end};
    for (const MomentSpan& wait : note.waits) record.waits.push_back(wait.device(timer));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace switchyard
