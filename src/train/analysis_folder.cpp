#include "train/analysis_folder.hpp"

#include <regex>

namespace switchyard {

namespace fs = std::filesystem;

namespace {

bool is_own(const fs::path& name) {
  static const std::regex kNames(
      "config\\.cfg|build\\.json|curvature\\.json|eigenvectors|(eigenvalues|traces|density)\\.csv|"
      "line-(top|random)-[0-9]+\\.csv|plane-(top|random)\\.csv");
  return std::regex_match(name.string(), kNames);
}

}  // namespace

bool AnalysisFolder::holds_analysis() const {
  std::error_code unseen;
  return fs::exists(report_file(), unseen) || fs::exists(state() / kIdentityFile, unseen);
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
