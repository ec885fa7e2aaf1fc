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
  std::filesystem::path profile() const { return path_ / "profile"; }
  std::filesystem::path state() const { return path_ / "state"; }
  /// What the analysis is of; the first file that is written and the last that is removed.
  static constexpr const char* kIdentityFile = "identity.json";

  /// Whether a training is there, to which config.cfg and build.json then belong.
  bool holds_training() const;
  /// Whether an analysis is there, finished or not, and no training.
  bool holds_analysis() const;
  /// The run folder that a finished analysis says it is of, as its user wrote it; empty where it
  /// says none.
  std::filesystem::path analysed_run() const;
  /// What is there under the names that an analysis writes, or left half written; state() is the
  /// last.
  std::vector<std::filesystem::path> own_entries() const;

 private:
  std::filesystem::path path_;
};

}  // namespace switchyard
