#pragma once
// What a rank has noted of its steps: plain data, gathered from all ranks and analysed by one.
//
// Times are nanoseconds of the rank's own host_clock(); clock_offset brings them onto rank 0's.
// Without a device, `device` times equal `host` times: zones are booked by the former.

#include <cstdint>
#include <string>
#include <vector>

#include "profile/clock.hpp"
#include "profile/window.hpp"
#include "profile/zone.hpp"

namespace switchyard {

/// One stay in a zone. A lane's records are in order of entry and nest.
struct ZoneRecord {
  std::int32_t step = 0;     ///< index into RankProfile::steps
  std::int32_t parent = -1;  ///< index of the zone around it in the same lane, -1: none
  Zone zone = Zone::other;
  Pass pass = Pass::forward;
  TimeSpan host = {};    ///< when the host went through
  TimeSpan device = {};  ///< when what it enqueued ran
};

struct CollectiveRecord {
  std::int32_t step = 0;
  std::int32_t zone = -1;  ///< index into RankProfile::zones of where it was begun, -1: none
  Collective operation = Collective::barrier;
  std::int32_t group = 0;               ///< index into RankProfile::groups
  std::int64_t sequence = 0;            ///< calls in this group so far, the same on all its ranks
  std::int64_t bytes = 0;               ///< the size that nccl-tests would state for this call
  std::vector<std::int64_t> sent = {};  ///< bytes for each rank of the group; empty: not row by row
  bool started = false;                 ///< not waited for at once: it may overlap with computing
  TimeSpan under_way = {};              ///< from this rank's entry until it was seen complete
  std::vector<TimeSpan> waits = {};     ///< while computing stood still for it, in order
  TimeSpan host = {};                   ///< in the call that began it
};

/// A group of ranks as the records name it.
struct GroupRecord {
  std::string name = {};
  std::vector<std::int32_t> members = {};  ///< ranks of the world, in order
};

/// Rows that this rank sent to each expert in one pass of one MoE layer.
struct RoutingRecord {
  std::int32_t step = 0;
  std::int32_t layer = 0;                ///< 0: the head, a model's one such layer
  std::vector<std::int64_t> rows = {};   ///< one an expert of the layer
  std::vector<std::int32_t> owner = {};  ///< rank of the group that has it
  std::int32_t group = -1;               ///< the expert-parallel group, -1: this rank alone
};

struct StepRecord {
  std::int64_t number = 0;
  StepRole role = StepRole::recorded;
  TimeSpan host = {};
  TimeSpan device = {};
};

struct RankProfile {
  std::int32_t rank = 0;
  std::string host = {};    ///< name of the computer
  std::string device = {};  ///< Machine::description()
  StepKind kind = StepKind::training;
  double clock_offset = 0;       ///< ns to add to get rank 0's clock
  double clock_uncertainty = 0;  ///< ns
  std::vector<StepRecord> steps = {};
  std::vector<ZoneRecord> zones = {};
  std::vector<ZoneRecord> loader = {};  ///< of the loader's thread; `step`: under way when it ended
  std::vector<GroupRecord> groups = {};
  std::vector<CollectiveRecord> collectives = {};
  std::vector<RoutingRecord> routing = {};
};

/// As bytes, and back. Error(bad_data) for bytes that are no profile.
std::string to_bytes(const RankProfile& profile);
RankProfile profile_from_bytes(const std::string& bytes);

}  // namespace switchyard
