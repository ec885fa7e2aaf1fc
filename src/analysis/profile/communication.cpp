#include "analysis/profile/communication.hpp"

#include <unordered_map>

#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

// Of one rank, on its clock.
struct Spans {
  std::vector<TimeSpan> any, exposed, exposed_waiting;
};

using WaitOfRecord = std::unordered_map<const CollectiveRecord*, std::int64_t>;

WaitOfRecord waits(const GroupCalls& calls) {
  WaitOfRecord waits;
  for (const GroupCall& call : calls.whole)
    for (std::size_t m = 0; m < call.members.size(); ++m) waits[call.records[m]] = call.waiting(m);
  return waits;
}

Spans spans_of(const RecordedSteps& steps, std::size_t rank, const WaitOfRecord& waits) {
  Spans spans;
  for (const CollectiveRecord& call : steps.profiles()[rank].collectives) {
    if (!steps.position(rank, call.step)) continue;
    spans.any.push_back(call.under_way);
    const auto wait = waits.find(&call);
    const std::int64_t waiting = wait == waits.end() ? 0 : wait->second;
    for (TimeSpan still : call.waits) {
      spans.any.push_back(still);
      spans.exposed.push_back(still);
      spans.exposed_waiting.push_back(
          intersection(still, {call.under_way.begin, call.under_way.begin + waiting}));
    }
  }
  return spans;
}

}  // namespace

std::vector<RankCommunication> communication(const RecordedSteps& steps, const GroupCalls& calls) {
  const WaitOfRecord wait_of = waits(calls);
  auto per_step = [&](std::int64_t nanoseconds) {
    return seconds_of(nanoseconds) / static_cast<double>(steps.count());
  };
  std::vector<RankCommunication> ranks;
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    const Spans spans = spans_of(steps, rank, wait_of);
    RankCommunication figures{.total = per_step(covered(spans.any)),
                              .exposed = per_step(covered(spans.exposed)),
                              .exposed_waiting = per_step(covered(spans.exposed_waiting))};
    figures.exposed_share = ratio(figures.exposed, mean(steps.seconds(rank))).value_or(0);
    ranks.push_back(figures);
  }
  return ranks;
}

}  // namespace switchyard
