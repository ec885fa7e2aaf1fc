#pragma once
// The folder <run>/checkpoints: whole checkpoints in step-000123, unfinished ones in
// .tmp-step-000123, and `best`, a symbolic link to the best one. Called by one rank.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace switchyard {

class CheckpointFolders {
 public:
  explicit CheckpointFolders(const std::filesystem::path& run_folder);

  std::filesystem::path step(std::int64_t step) const;
  std::filesystem::path unfinished(std::int64_t step) const;
  /// Steps of the checkpoints, newest first; empty where the folder does not exist.
  std::vector<std::int64_t> steps() const;

  /// Creates the folder, removes what a killed run left unfinished, and puts back a checkpoint that
  /// was being replaced.
  void prepare() const;
  /// Makes an empty unfinished(step).
  void begin(std::int64_t step) const;
  /// unfinished(step) becomes step(step), replacing one that is there.
  void publish(std::int64_t step) const;
  /// Lets `best` point to this checkpoint.
  void point_best(std::int64_t step) const;
  /// Of the checkpoints up to `newest`, keeps the last `keep` and those that the kept ones name as
  /// best.
  void prune(std::int64_t newest, int keep) const;

 private:
  std::filesystem::path path_;
};

}  // namespace switchyard
