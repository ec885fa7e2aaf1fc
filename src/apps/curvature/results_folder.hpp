#pragma once
// The folder of an analysis: config.cfg (replayable), build.json, curvature.json, sweeps as CSV,
// eigenvectors/, and state/, what it takes to go on after a stop.
//
// Rank 0 reads and writes the texts; every rank is given them. All functions are collective but
// for the paths, and an Error on one rank is an Error on all.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "comm/communicator.hpp"

namespace switchyard {

class ResultsFolder {
 public:
  /// `world` must outlive this.
  ResultsFolder(std::filesystem::path path, Communicator& world)
      : path_(std::move(path)), world_(world) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config_file() const { return path_ / "config.cfg"; }
  std::filesystem::path report_file() const { return path_ / "curvature.json"; }
  std::filesystem::path eigenvectors() const { return path_ / "eigenvectors"; }
  std::filesystem::path state() const { return path_ / "state"; }

  bool holds_results() const;
  /// Makes the folder and those in it; removes what an earlier analysis left.
  void start_anew() const;

  /// A file of state/; none where it is not there.
  std::optional<std::string> read_state(const std::string& name) const;
  void write_state(const std::string& name, const std::string& text) const;
  /// Removes a file or folder of state/, if it is there.
  void drop_state(const std::string& name) const;
  /// Writes a file of the folder itself.
  void write(const std::string& name, const std::string& text) const;

 private:
  void on_first_rank(const std::function<void()>& task) const;

  std::filesystem::path path_;
  Communicator& world_;
};

}  // namespace switchyard
