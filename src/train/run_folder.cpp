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

std::string read_if_there(const fs::path& file) {
  return fs::exists(file) ? read_file(file) : std::string();
}

bool is_of_run_inside(const AnalysisFolder& analysis, const fs::path& folder) {
  const fs::path run = fs::weakly_canonical(analysis.analysed_run());
  const fs::path inside = run.lexically_relative(fs::weakly_canonical(folder));
  return fs::exists(run) && !inside.empty() && inside != "." && *inside.begin() != "..";
}

std::vector<fs::path> entries_of_analysis(const AnalysisFolder& analysis) {
  std::vector<fs::path> entries = analysis.own_entries();
  if (fs::exists(analysis.profile() / "profile.json"))
    entries.insert(entries.begin(), analysis.profile());
  const bool holds_nothing_else =
      std::ssize(entries) == std::distance(fs::directory_iterator(analysis.path()), {});
  // What a link leads to is not the run's.
  if (holds_nothing_else || fs::is_symlink(analysis.path())) return {analysis.path()};
  return entries;
}

// What analyses of curvature have left in folders of `parent`, which is the run folder or in it.
std::vector<fs::path> entries_of_analyses(const fs::path& parent, const fs::path& run) {
  std::vector<fs::path> entries;
  if (!fs::is_directory(parent)) return entries;
  for (const fs::path& folder : fs::directory_iterator(parent)) {
    const AnalysisFolder analysis(folder);
    if (analysis.holds_analysis() && !is_of_run_inside(analysis, run))
      std::ranges::move(entries_of_analysis(analysis), std::back_inserter(entries));
  }
  if (parent != run && fs::is_symlink(parent) && !entries.empty()) return {parent};
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
  std::vector<fs::path> entries = entries_of_analyses(path_, path_);
  std::ranges::move(entries_of_analyses(path_ / "curvature", path_), std::back_inserter(entries));
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
  std::string lines = read_if_there(metrics_file());
  // Without lines, a table is of something else.
  std::string table = lines.empty() ? std::string() : read_if_there(metrics_table());
  lines.append(line);
  lines.push_back('\n');
  write_file(metrics_file(), lines);
  if (const auto row = metrics_row(table, line))
    table += *row;
  else
    table = metrics_csv(lines);
  write_file(metrics_table(), table);
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
  write_file(metrics_file(), kept);
  write_file(metrics_table(), metrics_csv(kept));
}

void RunFolder::write_summary(std::string_view json) const {
  write_file(summary_file(), json);
}

}  // namespace switchyard
