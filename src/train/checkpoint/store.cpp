#include "train/checkpoint/store.hpp"

#include "train/agreement.hpp"
#include "train/checkpoint/shards.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

bool is_first(Communicator& world) {
  return world.rank() == Rank{0};
}

}  // namespace

CheckpointStore::CheckpointStore(const fs::path& run_folder, const ProcessGrid& grid, int keep_last,
                                 Logger& log)
    : folders_(run_folder), grid_(grid), keep_last_(keep_last), log_(log) {
  agree(grid_.world(), [&] {
    if (is_first(grid_.world())) folders_.prepare();
  });
}

void CheckpointStore::save(const CheckpointNote& note, ModelState& state, Sgd& optimizer) {
  try {
    write(note, state, optimizer);
  } catch (const Error&) {
    std::error_code ignored;
    if (is_first(grid_.world())) fs::remove_all(folders_.unfinished(note.step), ignored);
    throw;
  }
  tidy(note.step, note.best_step);
}

void CheckpointStore::write(const CheckpointNote& note, ModelState& state, Sgd& optimizer) {
  Communicator& world = grid_.world();
  agree(world, [&] {
    if (is_first(world)) folders_.begin(note.step);
  });
  fs::path folder = folders_.unfinished(note.step);
  Backend& backend = state.backend();
  Manifest manifest{.step = note.step,
                    .best_step = note.best_step,
                    .progress = note.progress,
                    .dp = grid_.dp(),
                    .ep = grid_.ep(),
                    .files = write_shards(folder, "model", model_slots(state), backend, grid_)};
  for (FileRecord& record :
       write_shards(folder, "optimizer", optimizer_slots(state, optimizer), backend, grid_))
    manifest.files.push_back(std::move(record));
  agree(world, [&] {
    if (!is_first(world)) return;
    write_manifest(folder, manifest);
    folders_.publish(note.step);
  });
}

// The checkpoint is safe by now: what fails here is no reason to stop.
void CheckpointStore::tidy(std::int64_t newest, std::optional<std::int64_t> best_step) {
  if (!is_first(grid_.world())) return;
  try {
    if (best_step) folders_.point_best(*best_step);
    folders_.prune(newest, keep_last_);
  } catch (const std::exception& error) {
    log_.warning("cannot tidy the checkpoints: {}", error.what());
  }
}

Checkpoint verify_checkpoint(const fs::path& folder, Communicator& world) {
  Checkpoint checkpoint{.folder = folder, .manifest = {}};
  agree(world, [&] {
    checkpoint.manifest = read_manifest(folder);
    // Each rank reads its share of the files.
    const auto& files = checkpoint.manifest.files;
    for (std::size_t i = static_cast<std::size_t>(world.rank().value); i < files.size();
         i += static_cast<std::size_t>(world.size()))
      verify_file(folder, files[i]);
  });
  return checkpoint;
}

std::optional<Checkpoint> find_latest_checkpoint(const fs::path& run_folder, Communicator& world,
                                                 Logger& log) {
  CheckpointFolders folders(run_folder);
  std::vector<std::int64_t> steps;
  agree(world, [&] { steps = folders.steps(); });
  for (std::int64_t step : steps) {
    try {
      return verify_checkpoint(folders.step(step), world);
    } catch (const Error& error) {
      if (error.code() != ExitCode::bad_data) throw;
      if (is_first(world)) log.warning("passing over a checkpoint: {}", error.what());
    }
  }
  if (!steps.empty())
    fail_everywhere(ExitCode::bad_data,
                    fmt::format("none of the {} checkpoints of {} is whole; start anew in another "
                                "run folder",
                                steps.size(), run_folder.string()));
  return std::nullopt;
}

std::optional<Checkpoint> find_best_checkpoint(const fs::path& run_folder, Communicator& world,
                                               Logger& log) {
  std::optional<Checkpoint> latest = find_latest_checkpoint(run_folder, world, log);
  if (!latest || !latest->manifest.best_step) return std::nullopt;
  return verify_checkpoint(CheckpointFolders(run_folder).step(*latest->manifest.best_step), world);
}

}  // namespace switchyard
