#pragma once
// Profiles of ranks, written by hand: what each figure must be is then known. Times are nanoseconds
// of the rank's own clock.

#include <string>
#include <utility>
#include <vector>

#include "profile/records.hpp"

namespace switchyard {

class ProfileBuilder {
 public:
  explicit ProfileBuilder(std::int32_t rank, std::string host = "one") {
    profile.rank = rank;
    profile.host = std::move(host);
  }

  /// What follows belongs to it.
  void step(std::int64_t number, TimeSpan span, StepRole role = StepRole::recorded) {
    profile.steps.push_back({number, role, span, span});
  }
  /// Returns its index, for `parent` and collectives.
  std::int32_t zone(Zone zone, TimeSpan span, std::int32_t parent = -1, Pass pass = Pass::forward) {
    profile.zones.push_back({.step = current(),
                             .parent = parent,
                             .zone = zone,
                             .pass = pass,
                             .host = span,
                             .device = span});
    return static_cast<std::int32_t>(profile.zones.size()) - 1;
  }
  std::int32_t group(std::string name, std::vector<std::int32_t> members) {
    profile.groups.push_back({std::move(name), std::move(members)});
    sequence_.push_back(0);
    return static_cast<std::int32_t>(profile.groups.size()) - 1;
  }
  /// One that blocks.
  CollectiveRecord& collective(Collective operation, std::int32_t group, TimeSpan under_way,
                               std::int64_t bytes = 1000, std::int32_t zone = -1) {
    profile.collectives.push_back({.step = current(),
                                   .zone = zone,
                                   .operation = operation,
                                   .group = group,
                                   .sequence = sequence_[static_cast<std::size_t>(group)]++,
                                   .bytes = bytes,
                                   .under_way = under_way,
                                   .waits = {under_way},
                                   .host = under_way});
    return profile.collectives.back();
  }
  /// One that computing goes on beside, until it stands still in `waited`.
  CollectiveRecord& started(Collective operation, std::int32_t group, TimeSpan under_way,
                            TimeSpan waited) {
    CollectiveRecord& record = collective(operation, group, under_way);
    record.started = true;
    record.waits = {waited};
    return record;
  }
  void routing(std::vector<std::int64_t> rows, std::vector<std::int32_t> owner, std::int32_t group,
               std::int32_t layer = 0) {
    profile.routing.push_back({current(), layer, std::move(rows), std::move(owner), group});
  }

  RankProfile profile;

 private:
  std::int32_t current() const { return static_cast<std::int32_t>(profile.steps.size()) - 1; }

  std::vector<std::int64_t> sequence_;
};

inline std::vector<RankProfile> profiles_of(const std::vector<ProfileBuilder>& ranks) {
  std::vector<RankProfile> profiles;
  for (const ProfileBuilder& rank : ranks) profiles.push_back(rank.profile);
  return profiles;
}

}  // namespace switchyard
