#include "train/run_folder.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "train/analysis_folder.hpp"
#include "train/events/event_file.hpp"
#include "train/metrics_table.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

// What analyses of curvature have left in folders of `parent`; a folder that holds nothing else
// goes whole.
std::vector<fs::path> entries_of_analyses(const fs::path& parent) {
  std::vector<fs::path> entries;
  if (!fs::is_directory(parent)) return entries;
  for (const fs::path& folder : fs::directory_iterator(parent)) {
    const AnalysisFolder analysis(folder);
    if (!analysis.holds_analysis()) continue;
    std::vector<fs::path> own = analysis.own_entries();
    if (std::ssize(own) == std::distance(fs::directory_iterator(folder), {})) own = {folder};
    std::ranges::move(own, std::back_inserter(entries));
  }
  return entries;
}

}  // namespace

bool RunFolder::holds_run() const {
  return fs::exists(config_file()) || fs::exists(metrics_file()) || fs::exists(summary_file()) ||
         fs::exists(checkpoints());
}

void RunFolder::start_anew() const try {
  fs::create_directories(path_);
  if (!holds_run()) return;
  for (const fs::path& old : entries_of_run()) fs::remove_all(old);
} catch (const fs::filesystem_error& error) {
  fail(ExitCode::run_failed,
       fmt::format("cannot begin a run in the folder {} ({}: {}); choose another with --out",
                   path_.string(), error.path1().string(), error.code().message()));
}

// Those that show that a run is here come last, so that a removal that was cut short can go on.
std::vector<fs::path> RunFolder::entries_of_run() const {
  std::vector<fs::path> entries = entries_of_analyses(path_);
  std::ranges::move(entries_of_analyses(path_ / "curvature"), std::back_inserter(entries));
  std::ranges::copy_if(fs::directory_iterator(path_), std::back_inserter(entries),
                       EventFile::is_event_file);
  entries.insert(entries.end(), {path_ / "profile", routing(), metrics_table(), metrics_file(),
                                 summary_file(), checkpoints()});
  return entries;
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
  write_metrics(text);
}

void RunFolder::drop_metrics_from(int epoch) const {
  if (!fs::exists(metrics_file())) return;
  std::istringstream lines(read_file(metrics_file()));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    SY_REQUIRE(json.is_object() && json.contains("epoch") && json["epoch"].is_number(),
               ExitCode::bad_data,
               "{} has a line that is no epoch's metrics: \"{}\"; remove that line",
               metrics_file().string(), line.substr(0, 80));
    if (json["epoch"].get<int>() < epoch) kept += line + "\n";
  }
  write_metrics(kept);
}

void RunFolder::write_metrics(std::string_view lines) const {
  write_file(metrics_file(), lines);
  write_file(metrics_table(), metrics_csv(lines));
}

void RunFolder::write_summary(std::string_view json) const {
  write_file(summary_file(), json);
}

}  // namespace switchyard
