// switchyard scale

#include <filesystem>

#include "apps/scale/report.hpp"
#include "apps/scale/results.hpp"
#include "apps/switchyard/commands.hpp"
#include "base/config/config.hpp"
#include "base/file.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsage =
    "usage: switchyard scale [--key value ...]\n"
    "Predicts the time of a training step on other grids. The options of train say which step; "
    "those\n"
    "that its time does not depend on are read and not used.\n";

void require_folder_of(std::string_view option, const std::string& path) {
  if (path.empty()) return;
  const fs::path folder = fs::absolute(path).parent_path();
  SY_REQUIRE(fs::is_directory(folder), ExitCode::bad_usage,
             "{} {}: there is no folder {}; make it first", option, path, folder.string());
  SY_REQUIRE(!fs::is_directory(path), ExitCode::bad_usage, "{} {} is a folder; name a file", option,
             path);
}

}  // namespace

ExitCode scale_command(const Words& words) {
  ScaleConfig config;
  if (read_config(config, words).help) {
    fmt::print("{}\n{}", kUsage, config_help(ScaleConfig{}));
    return ExitCode::done;
  }
  require_folder_of("--json", config.json);
  require_folder_of("--csv", config.csv);
  const Study study = study_scaling(config);
  fmt::print("{}", report_text(config, study));
  if (!config.json.empty()) write_file(config.json, results_json(config, study));
  if (!config.csv.empty()) write_file(config.csv, results_csv(study));
  return ExitCode::done;
}

}  // namespace switchyard
