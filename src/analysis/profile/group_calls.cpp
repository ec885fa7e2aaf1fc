#include "analysis/profile/group_calls.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace switchyard {
namespace {

// Name, members, which of several such, number of the call.
using CallKey = std::tuple<std::string, std::vector<std::int32_t>, std::int64_t, std::int64_t>;

// Which of the rank's groups of the same name and members each is: members make groups together.
std::vector<std::int64_t> ordinals(const std::vector<GroupRecord>& groups) {
  std::vector<std::int64_t> result;
  for (auto group = groups.begin(); group != groups.end(); ++group)
    result.push_back(std::count_if(groups.begin(), group, [&](const GroupRecord& other) {
      return other.name == group->name && other.members == group->members;
    }));
  return result;
}

// "world" of "mpi world", "expert-parallel" of "expert-parallel group 3".
std::string kind_of(const std::string& name) {
  if (name.ends_with(" world")) return "world";
  return name.substr(0, name.find(" group "));
}

GroupCall call_of(const RankProfile& profile, const CollectiveRecord& record) {
  const GroupRecord& group = profile.groups[static_cast<std::size_t>(record.group)];
  GroupCall call{.operation = record.operation,
                 .group = kind_of(group.name),
                 .members = group.members,
                 .started = record.started,
                 .records = std::vector<const CollectiveRecord*>(group.members.size())};
  if (record.zone >= 0) {
    const ZoneRecord& zone = profile.zones[static_cast<std::size_t>(record.zone)];
    call.zone = zone.zone;
    call.pass = zone.pass;
  }
  return call;
}

bool is_whole(const GroupCall& call) {
  return std::ranges::find(call.records, nullptr) == call.records.end();
}

std::vector<bool> exchanging_members(const GroupCall& call) {
  std::vector<bool> exchanging(call.members.size());
  for (std::size_t from = 0; from < call.members.size(); ++from) {
    const std::vector<std::int64_t>& sent = call.records[from]->sent;
    for (std::size_t to = 0; to < sent.size(); ++to)
      if (to != from && sent[to] > 0) exchanging[from] = exchanging[to] = true;
  }
  if (std::ranges::find(exchanging, true) == exchanging.end())
    exchanging.assign(exchanging.size(), true);
  return exchanging;
}

}  // namespace

std::int64_t GroupCall::transferring() const {
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t m = 0; m < records.size(); ++m)
    if (exchanges[m]) shortest = std::min(shortest, stay(m));
  return shortest;
}

std::int64_t GroupCall::bytes() const {
  std::int64_t most = 0;
  std::vector<std::int64_t> received(members.size());
  for (const CollectiveRecord* record : records) {
    most = std::max(most, record->bytes);
    if (operation == Collective::all_to_all_rows)
      for (std::size_t m = 0; m < record->sent.size(); ++m) received[m] += record->sent[m];
  }
  return std::max(most, *std::ranges::max_element(received));
}

std::optional<std::size_t> GroupCall::straggler(std::span<const RankProfile> profiles) const {
  auto profile = [&](std::size_t m) -> const RankProfile& {
    return profiles[static_cast<std::size_t>(members[m])];
  };
  auto entry = [&](std::size_t m) {
    return static_cast<double>(records[m]->under_way.begin) + profile(m).clock_offset;
  };
  std::size_t last = 0;
  for (std::size_t m = 1; m < members.size(); ++m)
    if (entry(m) > entry(last)) last = m;
  for (std::size_t m = 0; m < members.size(); ++m)
    if (m != last &&
        entry(last) - entry(m) <= profile(m).clock_uncertainty + profile(last).clock_uncertainty)
      return std::nullopt;
  return last;
}

GroupCalls group_calls(const RecordedSteps& steps) {
  std::map<CallKey, GroupCall> calls;
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    const RankProfile& profile = steps.profiles()[rank];
    const std::vector<std::int64_t> which = ordinals(profile.groups);
    for (const CollectiveRecord& record : profile.collectives) {
      if (!steps.position(rank, record.step)) continue;
      const auto g = static_cast<std::size_t>(record.group);
      const GroupRecord& group = profile.groups[g];
      const CallKey key(group.name, group.members, which[g], record.sequence);
      GroupCall& call = calls.try_emplace(key, call_of(profile, record)).first->second;
      const auto member = std::ranges::find(group.members, static_cast<std::int32_t>(rank));
      call.records.at(static_cast<std::size_t>(member - group.members.begin())) = &record;
    }
  }
  GroupCalls result;
  for (auto& [key, call] : calls) {
    if (is_whole(call)) {
      call.exchanges = exchanging_members(call);
      result.whole.push_back(std::move(call));
    } else {
      ++result.incomplete;
    }
  }
  return result;
}

std::int64_t exposed(const CollectiveRecord& call) {
  std::int64_t total = 0;
  for (TimeSpan wait : call.waits) total += wait.length();
  return total;
}

}  // namespace switchyard
