#pragma once
// Collectives as all ranks of a group saw them, and what one such call says.

#include <string>

#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

/// One collective: the records of all members, which stay in the profiles.
struct GroupCall {
  Collective operation = Collective::barrier;
  std::string group;                  ///< world, expert-parallel, data-parallel
  std::vector<std::int32_t> members;  ///< ranks of the world
  Zone zone = Zone::other;            ///< where it was begun, as its first member has it
  Pass pass = Pass::forward;
  bool started = false;
  std::vector<const CollectiveRecord*> records;  ///< one a member
  /// One a member: it exchanges with others. Of a collective on rows that has none for it, it may
  /// leave at once; where that holds of all, as for other collectives, all count as exchanging.
  std::vector<bool> exchanges = {};

  /// Nanoseconds for which the member was under way, its wait among them.
  std::int64_t stay(std::size_t member) const { return records[member]->under_way.length(); }
  /// Nanoseconds of the shortest stay that exchanges: nobody waits for the last to enter.
  std::int64_t transferring() const;
  /// Of this member; 0 where it exchanges nothing.
  std::int64_t transferring(std::size_t member) const {
    return exchanges[member] ? transferring() : 0;
  }
  std::int64_t waiting(std::size_t member) const { return stay(member) - transferring(member); }
  /// The size that algbw is computed from: of rows, the most that a member sends or receives.
  std::int64_t bytes() const;
  /// The member that entered last on rank 0's clock; nothing where the clocks' uncertainties leave
  /// open which of two it was.
  std::optional<std::size_t> straggler(std::span<const RankProfile> profiles) const;
};

struct GroupCalls {
  std::vector<GroupCall> whole;  ///< that all members recorded
  std::int64_t incomplete = 0;   ///< others, left out
};

/// The calls of recorded steps. A call is known by its group (name, members, and which of several
/// such) and its number there.
GroupCalls group_calls(const RecordedSteps& steps);

/// Nanoseconds for which this rank's computing stood still for the collective.
std::int64_t exposed(const CollectiveRecord& call);

}  // namespace switchyard
