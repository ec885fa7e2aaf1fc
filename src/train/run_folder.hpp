#pragma once
// The folder of a run: config.cfg (replayable), build.json, metrics.jsonl (a line an epoch)
// and the same as metrics.csv, summary.json, checkpoints/, event files for TensorBoard, routing/,
// and profile/ of commands that were profiled.
//
// Only rank 0 writes. Errors name the path.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config_file() const { return path_ / "config.cfg"; }
  std::filesystem::path metrics_file() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path metrics_table() const { return path_ / "metrics.csv"; }
  std::filesystem::path summary_file() const { return path_ / "summary.json"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  /// Of `switchyard routing`: files of each split.
  std::filesystem::path routing() const { return path_ / "routing"; }
  /// Of `command`: profile/train, profile/eval.
  std::filesystem::path profile(std::string_view command) const {
    return path_ / "profile" / command;
  }

  bool holds_run() const;
  /// Makes the folder; removes an earlier run's files, and what was made of it: event files,
  /// profiles, routing, and analyses of curvature in folders of it or of its curvature/. All else
  /// stays, also trainings that lie in it and analyses that say that they are of these; of a link
  /// the link alone goes.
  void start_anew() const;
  void write_config(std::string_view resolved) const;
  /// Version, git hash, compiler and flags of this executable.
  void write_build() const;
  /// Adds a line to metrics.jsonl and metrics.csv and brings it to the disk.
  void append_metrics(std::string_view line) const;
  /// Drops the lines of epochs from `epoch` on, which a resumed run will write again. After it the
  /// two files agree, whatever an earlier process left.
  void drop_metrics_from(int epoch) const;
  void write_summary(std::string_view json) const;

 private:
  std::vector<std::filesystem::path> entries_of_run() const;

  std::filesystem::path path_;
};

}  // namespace switchyard
