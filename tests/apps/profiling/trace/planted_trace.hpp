#pragma once
// Profiles whose trace is known, and traces read back.

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/profile/profile_builder.hpp"
#include "apps/profiling/chrome_trace.hpp"
#include "base/file.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {

using Json = nlohmann::json;

inline constexpr std::int64_t kStart = 1'000'000'000'000;  ///< of step 0 by rank 0's clock
inline constexpr std::int64_t kStep = 100'000;             ///< from step to step
inline constexpr std::int64_t kLoaderBefore = 3'003;       ///< step 0 the loader begins

/// One rank of two in `steps`: number 0 timed, others recorded. Each rank waits 2 us less in the
/// all-reduce than the one before it, and sends 100 + rank bytes to rank 0, 200 + rank to rank 1.
inline RankProfile planted_rank(std::int32_t rank, std::int64_t steps, std::int64_t clock_offset) {
  ProfileBuilder of(rank, "node");
  of.profile.device = "cpu, 1 thread";
  of.profile.clock_offset = static_cast<double>(clock_offset);
  of.profile.clock_uncertainty = 250;
  const std::int32_t world = of.group("world", {0, 1});
  const std::int32_t experts = of.group("ep", {0, 1});
  for (std::int64_t n = 0; n < steps; ++n) {
    const std::int64_t base = kStart + n * kStep - clock_offset;
    const auto at = [&](std::int64_t begin, std::int64_t end) {
      return TimeSpan{base + begin, base + end};
    };
    of.step(n, at(0, 90'001), n == 0 ? StepRole::timed : StepRole::recorded);
    if (n == 0) continue;
    of.zone(Zone::data, at(0, 5'003));
    const std::int32_t backbone = of.zone(Zone::backbone, at(5'003, 40'007));
    const std::int32_t norm = of.zone(Zone::norm_sync, at(20'000, 30'011), backbone);
    of.collective(Collective::all_reduce, world, at(20'100 + rank * 2'000, 29'900), 64, norm);
    const std::int32_t dispatch = of.zone(Zone::dispatch, at(40'007, 41'000));
    CollectiveRecord& rows =
        of.started(Collective::all_to_all_rows, experts, at(40'100, 60'500), at(60'100, 60'500));
    rows.host = at(40'100, 40'900);
    rows.zone = dispatch;
    rows.sent = {100 + rank, 200 + rank};
    rows.bytes = 300 + 2 * rank;
    of.zone(Zone::experts, at(41'000, 60'009));
    of.zone(Zone::dispatch, at(60'009, 60'600));
    const std::int32_t back = of.zone(Zone::experts, at(61'000, 75'000), -1, Pass::backward);
    of.zone(Zone::gradient_sync, at(62'000, 62'500), back, Pass::backward);
    of.started(Collective::all_reduce, world, at(62'100, 80'000), at(79'000, 80'000)).host =
        at(62'100, 62'400);
    of.zone(Zone::gradient_sync, at(64'000, 64'500), back, Pass::backward);
    of.started(Collective::all_reduce, world, at(64'100, 78'000), at(78'000, 78'000)).host =
        at(64'100, 64'400);
    of.zone(Zone::report, at(75'000, 78'900));
    of.zone(Zone::gradient_sync, at(78'900, 80'100), -1, Pass::backward);
    of.zone(Zone::optimizer, at(80'100, 88'000));
    of.routing({30, 10, 0, 20 + 20 * rank}, {0, 0, 1, 1}, experts);
    of.profile.loader.push_back({.step = static_cast<std::int32_t>(n),
                                 .zone = Zone::augment,
                                 .host = at(-kStep - kLoaderBefore, -50'000),
                                 .device = at(-kStep - kLoaderBefore, -50'000)});
  }
  return of.profile;
}

/// Computing in one step of planted_rank(), ns by kernel: stays without those within them and
/// without what was waited.
inline std::map<std::string, std::int64_t> planted_kernels(std::int32_t rank) {
  return {{"backbone", 35'004 - 10'011},
          {"batch-norm sync", 10'011 - (9'800 - 2'000 * rank)},
          {"dispatch", 993 + 591 - 400},
          {"experts", 19'009},
          {"experts backward", 14'000 - 1'000},
          {"gradient sync backward", 500 + 500 + 1'200 - 1'000},
          {"report", 3'900},
          {"optimizer", 7'900}};
}

inline std::vector<RankProfile> planted(std::int64_t steps = 3,
                                        std::int64_t clock_offset = -7'000'000'123) {
  return {planted_rank(0, steps, 0), planted_rank(1, steps, clock_offset)};
}

inline void write_traces(const std::filesystem::path& folder,
                         const std::vector<RankProfile>& profiles) {
  const RecordedSteps steps(profiles);
  write_chrome_trace(folder, steps, profile_figures(steps));
}

/// Profiles written as traces into a folder of their own.
class WrittenTraces {
 public:
  explicit WrittenTraces(const std::vector<RankProfile>& profiles) {
    write_traces(folder_.path(), profiles);
  }
  Json all() const { return read("trace.json"); }
  Json rank(std::size_t rank) const { return read(fmt::format("trace/rank-{}.json", rank)); }
  Json read(const std::string& file) const { return Json::parse(read_file(folder_ / file)); }
  const testing::TempFolder& folder() const { return folder_; }

 private:
  testing::TempFolder folder_;
};

inline std::vector<Json> events(const Json& trace, const std::string& phase) {
  std::vector<Json> chosen;
  for (const Json& event : trace.at("traceEvents"))
    if (event.at("ph") == phase) chosen.push_back(event);
  return chosen;
}

inline bool is_exchange(const Json& event) {
  return event.at("cat") == "kernel" &&
         event.at("name").get<std::string>().starts_with("ncclKernel");
}

/// Nanoseconds since the trace began.
inline TimeSpan when(const Json& event) {
  const auto nanoseconds = [&](const char* key) {
    return std::llround(event.at(key).get<double>() * 1000);
  };
  return {nanoseconds("ts"), nanoseconds("ts") + nanoseconds("dur")};
}

}  // namespace switchyard
