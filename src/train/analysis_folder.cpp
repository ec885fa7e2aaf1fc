#include "train/analysis_folder.hpp"

#include <nlohmann/json.hpp>
#include <regex>

#include "base/file.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

bool is_own(const fs::path& name) {
  static const std::regex kNames(
      "eigenvectors|(config\\.cfg|build\\.json|curvature\\.json|(eigenvalues|traces|density)\\.csv|"
      "line-(top|random)-[0-9]+\\.csv|plane-(top|random)\\.csv)(\\.partial)?");
  return std::regex_match(name.string(), kNames);
}

}  // namespace

bool AnalysisFolder::holds_training() const {
  std::error_code unseen;
  return fs::exists(path_ / "checkpoints", unseen) || fs::exists(path_ / "metrics.jsonl", unseen);
}

bool AnalysisFolder::holds_analysis() const {
  std::error_code unseen;
  return !holds_training() &&
         (fs::exists(report_file(), unseen) || fs::exists(state() / kIdentityFile, unseen));
}

fs::path AnalysisFolder::analysed_run() const {
  if (!fs::exists(report_file())) return {};
  const auto report = nlohmann::json::parse(read_file(report_file()), nullptr, false);
  if (!report.is_object() || !report.contains("run") || !report.at("run").is_string()) return {};
  return report.at("run").get<std::string>();
}

std::vector<fs::path> AnalysisFolder::own_entries() const {
  std::vector<fs::path> own;
  if (!fs::exists(path_)) return own;
  for (const fs::path& entry : fs::directory_iterator(path_))
    if (is_own(entry.filename())) own.push_back(entry);
  if (fs::exists(state())) own.push_back(state());
  return own;
}

}  // namespace switchyard
