#include "train/run_folder.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "train/events/event_file.hpp"

namespace switchyard {

namespace fs = std::filesystem;

bool RunFolder::holds_run() const {
  return fs::exists(config_file()) || fs::exists(metrics_file()) || fs::exists(summary_file()) ||
         fs::exists(checkpoints());
}

void RunFolder::start_anew() const {
  std::error_code error;
  std::vector<fs::path> files = {metrics_file(), summary_file(), checkpoints()};
  if (holds_run()) {
    files.insert(files.end(), {path_ / "profile", routing()});
    std::ranges::copy_if(fs::directory_iterator(path_), std::back_inserter(files),
                         EventFile::is_event_file);
  }
  fs::create_directories(path_, error);
  SY_REQUIRE(!error, ExitCode::run_failed,
             "cannot make the run folder {} ({}); choose another with --out", path_.string(),
             error.message());
  for (const fs::path& old : files) {
    fs::remove_all(old, error);
    SY_REQUIRE(!error, ExitCode::run_failed,
               "cannot remove {} of an earlier run ({}); choose another folder with --out",
               old.string(), error.message());
  }
}

void RunFolder::write_config(std::string_view resolved) const {
  write_file(config_file(), resolved);
}

void RunFolder::write_build() const {
  BuildInfo build = build_info();
  nlohmann::ordered_json json = {{"version", build.version},
                                 {"git", build.git_hash},
                                 {"compiler", build.compiler},
                                 {"flags", build.flags},
                                 {"build_type", build.build_type}};
  write_file(path_ / "build.json", json.dump(2) + "\n");
}

// Rewritten whole: a line an epoch stays small, and a crash leaves the old or the new file.
void RunFolder::append_metrics(std::string_view line) const {
  std::string text = fs::exists(metrics_file()) ? read_file(metrics_file()) : std::string();
  text.append(line);
  text.push_back('\n');
  write_file(metrics_file(), text);
}

void RunFolder::drop_metrics_from(int epoch) const {
  if (!fs::exists(metrics_file())) return;
  std::istringstream lines(read_file(metrics_file()));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    SY_REQUIRE(json.is_object() && json.contains("epoch"), ExitCode::bad_data,
               "{} has a line that is no epoch's metrics: \"{}\"; remove that line",
               metrics_file().string(), line.substr(0, 80));
    if (json["epoch"].get<int>() < epoch) kept += line + "\n";
  }
  write_file(metrics_file(), kept);
}

void RunFolder::write_summary(std::string_view json) const {
  write_file(summary_file(), json);
}

}  // namespace switchyard
