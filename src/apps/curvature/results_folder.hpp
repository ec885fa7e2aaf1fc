#pragma once
// The folder of an analysis: config.cfg (replayable), build.json, curvature.json, sweeps as CSV,
// eigenvectors/, and state/, what it takes to go on after a stop.
//
// Rank 0 reads and writes the texts; every rank is given them. All functions are collective but
// for the paths, and an Error on one rank is an Error on all.

#include <filesystem>
#include <functional>
#include <string>

#include "apps/json.hpp"
#include "comm/communicator.hpp"

namespace switchyard {

enum class FolderContents {
  nothing,   ///< an analysis writes none of the files that may be there
  analysis,  ///< of a matrix, finished or not
  training,  ///< a run folder
  other,     ///< files of the names that an analysis writes, but no analysis
};

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
  /// What the analysis is of; the first file that is written and the last that is removed.
  static constexpr const char* kIdentityFile = "identity.json";

  FolderContents contents() const;
  /// Makes the folder and those in it; removes what an earlier analysis wrote, and nothing else.
  void start_anew() const;

  /// What write_state() was given; null where it is not there. Error(bad_data) where the file is
  /// not as it was written.
  Json read_state(const std::string& name) const;
  void write_state(const std::string& name, const Json& state) const;
  /// Removes a file or folder of state/, if it is there.
  void drop_state(const std::string& name) const;
  /// Writes a file of the folder itself.
  void write(const std::string& name, const std::string& text) const;

 private:
  void on_first_rank(const std::function<void()>& task) const;
  FolderContents look() const;

  std::filesystem::path path_;
  Communicator& world_;
};

}  // namespace switchyard
