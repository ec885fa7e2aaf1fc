#include "analysis/profile/collective_times.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/bus_factor.hpp"
#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

using Kind = std::tuple<Collective, std::string, Zone, Pass, Reach, bool>;

// Sums over calls that are alike.
class Sums {
 public:
  Sums(const RecordedSteps& steps, Kind kind) : steps_(steps) {
    std::tie(times_.operation, times_.group, times_.zone, times_.pass, times_.reach,
             times_.started) = std::move(kind);
    times_.per_rank.resize(steps.ranks());
  }

  void add(const GroupCall& call) {
    ++times_.calls;
    sizes_.insert(static_cast<std::int64_t>(call.members.size()));
    bytes_.push_back(static_cast<double>(call.bytes()));
    times_.max_bytes = std::max(times_.max_bytes, call.bytes());
    transferring_.push_back(seconds_of(call.transferring()));
    bus_bytes_ += bytes_.back() * bus_factor(call.operation, static_cast<int>(call.members.size()));
    for (std::size_t m = 0; m < call.members.size(); ++m) add_member(call, m);
    if (const auto last = call.straggler(steps_.profiles()))
      ++times_.per_rank[static_cast<std::size_t>(call.members[*last])]->times_last;
    else
      ++times_.undecided;
  }

  CollectiveTimes times() const {
    CollectiveTimes result = times_;
    result.group_sizes.assign(sizes_.begin(), sizes_.end());
    const auto taking_part =
        std::ranges::count_if(result.per_rank, [](const auto& rank) { return rank.has_value(); });
    result.calls_per_step = static_cast<double>(member_calls_) / static_cast<double>(taking_part) /
                            static_cast<double>(steps_.count());
    result.median_bytes = median(bytes_);
    result.transferring_per_call = median(transferring_);
    if (bus_bytes_ > 0) {
      const double total = std::accumulate(transferring_.begin(), transferring_.end(), 0.0);
      result.algbw = ratio(std::accumulate(bytes_.begin(), bytes_.end(), 0.0), total);
      result.busbw = ratio(bus_bytes_, total);
    }
    return result;
  }

 private:
  void add_member(const GroupCall& call, std::size_t member) {
    const auto rank = static_cast<std::size_t>(call.members[member]);
    const CollectiveRecord& record = *call.records[member];
    auto& sum = times_.per_rank[rank];
    if (!sum) sum.emplace();
    ++member_calls_;
    const double per_step = 1 / static_cast<double>(steps_.count());
    sum->waiting += per_step * seconds_of(call.waiting(member));
    sum->transferring += per_step * seconds_of(call.transferring(member));
    sum->exposed += per_step * seconds_of(exposed(record));
    sum->overlapped +=
        per_step * seconds_of(std::max<std::int64_t>(0, call.stay(member) - exposed(record)));
    for (std::size_t m = 0; m < record.sent.size(); ++m) {
      if (!times_.sent) times_.sent.emplace();
      times_.sent->add(steps_.profiles()[rank],
                       steps_.profiles()[static_cast<std::size_t>(call.members[m])],
                       record.sent[m]);
    }
  }

  const RecordedSteps& steps_;
  CollectiveTimes times_;
  std::set<std::int64_t> sizes_;
  std::vector<double> bytes_, transferring_;
  double bus_bytes_ = 0;
  std::int64_t member_calls_ = 0;
};

}  // namespace

std::optional<std::size_t> CollectiveTimes::straggler() const {
  if (undecided == calls) return std::nullopt;
  auto times_last = [](const auto& rank) { return rank ? rank->times_last : -1; };
  return static_cast<std::size_t>(std::ranges::max_element(per_rank, {}, times_last) -
                                  per_rank.begin());
}

double CollectiveTimes::longest() const {
  double longest = 0;
  for (const auto& rank : per_rank)
    if (rank) longest = std::max(longest, rank->waiting + rank->transferring);
  return longest;
}

std::vector<CollectiveTimes> collective_times(const RecordedSteps& steps, const GroupCalls& calls) {
  std::map<Kind, Sums> sums;
  for (const GroupCall& call : calls.whole) {
    const Kind kind(call.operation, call.group, call.zone, call.pass,
                    reach_of(steps.profiles(), call.members), call.started);
    sums.try_emplace(kind, steps, kind).first->second.add(call);
  }
  std::vector<CollectiveTimes> times;
  for (const auto& [kind, sum] : sums) times.push_back(sum.times());
  std::ranges::stable_sort(times, std::greater(), &CollectiveTimes::longest);
  return times;
}

}  // namespace switchyard
