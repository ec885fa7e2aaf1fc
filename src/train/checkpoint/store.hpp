#pragma once
// Saves and finds the checkpoints of a run. A checkpoint is a folder in the style of Hugging Face:
//
//   <run>/checkpoints/step-000123/
//     model-00001-of-00003.safetensors ...  model.safetensors.index.json
//     optimizer-00001-of-00003.safetensors ...  optimizer.safetensors.index.json  (momentum)
//     state.json                            see manifest.hpp
//
// It appears whole, by a rename after every file has reached the disk: a run killed at any instant
// leaves its earlier checkpoints as they were. All functions are collective, and an Error on one
// rank is an Error on all.

#include <filesystem>
#include <optional>

#include "base/log.hpp"
#include "train/checkpoint/folders.hpp"
#include "train/checkpoint/manifest.hpp"
#include "train/sgd.hpp"

namespace switchyard {

/// A checkpoint whose files have all been found to match their checksums.
struct Checkpoint {
  std::filesystem::path folder;
  Manifest manifest;
};

/// What a checkpoint says besides tensors; the same on every rank.
struct CheckpointNote {
  std::int64_t step = 0;  ///< optimizer steps taken; names the checkpoint
  /// The step of the best checkpoint so far, this one or one saved before: it is kept, and `best`
  /// points to it.
  std::optional<std::int64_t> best_step;
  std::string progress;  ///< UTF-8, given back as it is
};

class CheckpointStore {
 public:
  /// Creates <run>/checkpoints, and clears away what a killed run left unfinished there: one
  /// running launch a run folder. Keeps the last `keep_last` (1 or more) and the best.
  CheckpointStore(const std::filesystem::path& run_folder, const ProcessGrid& grid, int keep_last,
                  Logger& log);

  /// Throws Error(run_failed) where it cannot be written; the earlier checkpoints then stay.
  void save(const CheckpointNote& note, ModelState& state, Sgd& optimizer);
  /// Lets `best` point to `best_step` and removes what is no longer to be kept at `newest`, as save
  /// does at its end: for a run that was killed just before.
  void tidy(std::int64_t newest, std::optional<std::int64_t> best_step);

 private:
  void write(const CheckpointNote& note, ModelState& state, Sgd& optimizer);

  CheckpointFolders folders_;
  const ProcessGrid& grid_;
  int keep_last_;
  Logger& log_;
};

/// Reads every file of a checkpoint. Throws Error(bad_data) where one is not as it was written.
Checkpoint verify_checkpoint(const std::filesystem::path& folder, Communicator& world);

/// The newest whole checkpoint of a run, with a warning for each newer one that is damaged; none
/// where the run has no checkpoint. Throws Error(bad_data) where all are damaged.
std::optional<Checkpoint> find_latest_checkpoint(const std::filesystem::path& run_folder,
                                                 Communicator& world, Logger& log);

/// The best checkpoint, by the word of the newest whole one; none where that names none.
std::optional<Checkpoint> find_best_checkpoint(const std::filesystem::path& run_folder,
                                               Communicator& world, Logger& log);

}  // namespace switchyard
