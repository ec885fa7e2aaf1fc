#include "apps/profiling/chrome_trace.hpp"

#include <nlohmann/json.hpp>

#include "apps/json.hpp"
#include "apps/profiling/trace/rank_trace.hpp"
#include "apps/profiling/trace/trace_file.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

// Of the form of Kineto's files that this follows.
constexpr int kSchemaVersion = 1;

// With a space behind each colon: Holistic Trace Analysis looks for "rank": N by that.
std::string text_of(const Json& header) {
  return header.dump(1, ' ', false, Json::error_handler_t::replace);
}

std::string header_of_all(std::size_t ranks) {
  return text_of({{"schemaVersion", kSchemaVersion},
                  {"displayTimeUnit", "ms"},
                  {"distributedInfo", {{"world_size", ranks}}}});
}

Json groups_of(const RankProfile& profile, const std::string& backend) {
  Json groups = Json::array();
  for (const GroupRecord& group : profile.groups)
    groups.push_back({{"pg_name", group.name},
                      {"pg_desc", group.name},
                      {"backend_config", backend},
                      {"pg_size", group.members.size()},
                      {"ranks", group.members}});
  return groups;
}

std::string header_of(const RankProfile& profile, std::size_t ranks) {
  // The device's description ends in what ranks exchange through.
  const std::string backend = profile.device.find("nccl") == std::string::npos ? "mpi" : "nccl";
  return text_of({{"schemaVersion", kSchemaVersion},
                  {"displayTimeUnit", "ms"},
                  {"deviceProperties", Json::array({{{"id", 0}, {"name", profile.device}}})},
                  {"distributedInfo",
                   {{"backend", backend},
                    {"rank", profile.rank},
                    {"world_size", ranks},
                    {"pg_count", profile.groups.size()},
                    {"pg_config", groups_of(profile, backend)}}}});
}

fs::path make_anew(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) fs::create_directories(folder, error);
  SY_REQUIRE(!error, ExitCode::run_failed,
             "cannot make the folder {} anew ({}); check its permissions", folder.string(),
             error.message());
  return folder;
}

}  // namespace

void write_chrome_trace(const fs::path& folder, const RecordedSteps& steps,
                        const ProfileFigures& figures) {
  const std::span<const RankProfile> profiles = steps.profiles();
  const ExchangeArguments exchanges(profiles, figures.calls);
  const TraceContext context{steps, exchanges, figures.experts, trace_start(profiles)};
  const fs::path by_rank = make_anew(folder / "trace");
  TraceFile all(folder / "trace.json", header_of_all(profiles.size()));
  for (std::size_t rank = 0; rank < profiles.size(); ++rank) {
    all.add(make_rank_trace(rank, context, ComputeLane::where_it_differs));
    TraceFile own(by_rank / fmt::format("rank-{}.json", rank),
                  header_of(profiles[rank], profiles.size()));
    own.add(make_rank_trace(rank, context, ComputeLane::always));
    own.commit();
  }
  all.commit();
}

}  // namespace switchyard
