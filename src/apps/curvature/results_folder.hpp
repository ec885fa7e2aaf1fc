#pragma once
// The folder of an analysis: config.cfg (replayable), build.json, curvature.json, tables (CSV),
// eigenvectors/, and state/, what it takes to go on after a stop.
//
// Rank 0 reads and writes the texts; every rank is given them. All functions are collective but
// for the paths, and an Error on one rank is an Error on all.

#include <filesystem>
#include <functional>
#include <string>

#include "apps/json.hpp"
#include "comm/communicator.hpp"
#include "train/analysis_folder.hpp"

namespace switchyard {

enum class FolderContents {
  nothing,   ///< an analysis writes none of the files that may be there
  analysis,  ///< of a matrix, finished or not
  training,  ///< a run folder
  other,     ///< files of the names that an analysis writes, but no analysis
};

class ResultsFolder : public AnalysisFolder {
 public:
  /// `world` must outlive this.
  ResultsFolder(std::filesystem::path path, Communicator& world)
      : AnalysisFolder(std::move(path)), world_(world) {}

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

  Communicator& world_;
};

}  // namespace switchyard
