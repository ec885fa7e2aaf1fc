#include "profile/records.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace switchyard {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimeSpan, begin, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ZoneRecord, step, parent, zone, pass, host, device)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CollectiveRecord, step, zone, operation, group, sequence, bytes,
                                   sent, started, under_way, waits, host)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GroupRecord, name, members)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoutingRecord, step, layer, rows, owner, group)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepRecord, number, role, host, device)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RankProfile, rank, host, device, kind, clock_offset,
                                   clock_uncertainty, steps, zones, loader, groups, collectives,
                                   routing)

std::string to_bytes(const RankProfile& profile) {
  std::string bytes;
  nlohmann::json::to_msgpack(profile, nlohmann::detail::output_adapter<char>(bytes));
  return bytes;
}

RankProfile profile_from_bytes(const std::string& bytes) {
  try {
    return nlohmann::json::from_msgpack(bytes).get<RankProfile>();
  } catch (const nlohmann::json::exception& error) {
    fail(ExitCode::bad_data, fmt::format("these bytes are no profile of a rank: {}", error.what()));
  }
}

}  // namespace switchyard
