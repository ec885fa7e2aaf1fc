#include "apps/bench/results.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "apps/bench/repetition.hpp"
#include "base/build_info.hpp"
#include "base/file.hpp"
#include "comm/gather_texts.hpp"
#include "machine/memory.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr double kMillisecondsPerSecond = 1e3;

std::size_t count_hosts(Communicator& world) {
  const std::vector<std::string> names = gather_texts(world, host_name());
  return std::set<std::string>(names.begin(), names.end()).size();
}

}  // namespace

Json describe_bench(const std::string& kind, Machine& machine, std::span<const Field> fields) {
  const BuildInfo build = build_info();
  Json settings = Json::object();
  for (const Field& field : fields) settings[field.name] = field.print();
  return {{"benchmark", kind},
          {"version", build.version},
          {"git_hash", build.git_hash},
          {"compiler", build.compiler},
          {"device", machine.description()},
          {"ranks", machine.world().size()},
          {"hosts", count_hosts(machine.world())},
          {"settings", settings}};
}

double milliseconds(double seconds) {
  return kMillisecondsPerSecond * seconds;
}

Json times_to_json(const std::vector<double>& seconds) {
  if (seconds.empty()) return nullptr;
  std::vector<double> times;
  for (double time : seconds) times.push_back(milliseconds(time));
  const TimeSummary summary = summarize(times);
  return {{"median_ms", summary.median},
          {"p95_ms", summary.p95},
          {"interval_ms", {summary.interval.low, summary.interval.high}},
          {"confidence", summary.interval.confidence},
          {"times_ms", times}};
}

std::string ratio_text(const std::vector<double>& ratios) {
  if (ratios.empty()) return "-";
  const TimeSummary ratio = summarize(ratios);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", ratio.median, ratio.interval.low,
                     ratio.interval.high);
}

Json ratio_to_json(const std::vector<double>& ratios) {
  if (ratios.empty()) return nullptr;
  const TimeSummary ratio = summarize(ratios);
  return {{"median", ratio.median}, {"interval", {ratio.interval.low, ratio.interval.high}}};
}

void require_results_file(Communicator& world, const std::string& path) {
  if (path.empty()) return;
  agree(world, [&] {
    if (world.rank().value != 0) return;
    const fs::path folder = fs::absolute(path).parent_path();
    SY_REQUIRE(fs::is_directory(folder), ExitCode::bad_usage,
               "--json {}: there is no folder {}; make it first", path, folder.string());
    SY_REQUIRE(!fs::is_directory(path), ExitCode::bad_usage, "--json {} is a folder; name a file",
               path);
  });
}

void write_results(Communicator& world, const std::string& path, const Json& results) {
  if (path.empty()) return;
  agree(world, [&] {
    if (world.rank().value == 0) write_file(path, results.dump(2) + '\n');
  });
}

}  // namespace switchyard
