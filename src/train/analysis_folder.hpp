#pragma once
// The folder of an analysis of curvature, and which files of it are the analysis's own.

#include <filesystem>
#include <vector>

namespace switchyard {

class AnalysisFolder {
 public:
  explicit AnalysisFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config_file() const { return path_ / "config.cfg"; }
  std::filesystem::path report_file() const { return path_ / "curvature.json"; }
  std::filesystem::path eigenvectors() const { return path_ / "eigenvectors"; }
  std::filesystem::path state() const { return path_ / "state"; }
  /// What the analysis is of; the first file that is written and the last that is removed.
  static constexpr const char* kIdentityFile = "identity.json";

  /// Whether an analysis is there, finished or not.
  bool holds_analysis() const;
  /// What is there under the names that an analysis writes; state() is the last.
  std::vector<std::filesystem::path> own_entries() const;

 private:
  std::filesystem::path path_;
};

}  // namespace switchyard
