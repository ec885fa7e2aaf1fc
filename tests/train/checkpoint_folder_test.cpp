// Which checkpoints stay, which is the best, and what a killed run may leave behind.

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"
#include "train/checkpoint_model.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::CheckpointModel;
using testing::LogText;

class CheckpointKeeping : public ::testing::Test {
 protected:
  using Steps = std::vector<std::int64_t>;

  CheckpointStore open_store(int keep_last) {
    return CheckpointStore(folder_.path(), grid_, keep_last, log_.log);
  }
  void save(CheckpointStore& store, std::int64_t step, std::optional<std::int64_t> best = {},
            const std::string& progress = "{}") {
    store.save({step, best, progress}, model_.state, *model_.sgd);
  }
  fs::path entry(const std::string& name) { return folder_ / "checkpoints" / name; }

  testing::TempFolder folder_;
  LogText log_;
  std::unique_ptr<Communicator> world_ = make_self_communicator();
  ProcessGrid grid_{*world_, 1};
  CheckpointModel model_{grid_};
  CheckpointFolders folders_{folder_.path()};
};

TEST_F(CheckpointKeeping, TheLastNStay) {
  CheckpointStore store = open_store(2);
  for (int step : {1, 2, 10, 1000000}) save(store, step);
  EXPECT_EQ(folders_.steps(), (Steps{1000000, 10}));
}

TEST_F(CheckpointKeeping, TheBestStaysAndIsLinked) {
  CheckpointStore store = open_store(1);
  save(store, 1, 1);
  for (int step : {2, 3, 4}) save(store, step, 1);
  EXPECT_EQ(folders_.steps(), (Steps{4, 1}));
  EXPECT_EQ(fs::canonical(entry("best")), fs::canonical(folders_.step(1)));
  auto best = find_best_checkpoint(folder_.path(), *world_, log_.log);
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(best->manifest.step, 1);

  save(store, 5, 5);
  EXPECT_EQ(folders_.steps(), (Steps{5}));
  EXPECT_EQ(fs::canonical(entry("best")), fs::canonical(folders_.step(5)));
}

TEST_F(CheckpointKeeping, TheBestOfEveryKeptOneStays) {
  CheckpointStore store = open_store(2);
  save(store, 1, 1);
  save(store, 2, 1);
  save(store, 3, 3);
  EXPECT_EQ(folders_.steps(), (Steps{3, 2, 1}));
  fs::remove(folders_.step(3) / kManifestName);
  auto best = find_best_checkpoint(folder_.path(), *world_, log_.log);
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(best->manifest.step, 1);
}

TEST_F(CheckpointKeeping, NoBestWhereNoneIsNamed) {
  CheckpointStore store = open_store(1);
  EXPECT_FALSE(find_best_checkpoint(folder_.path(), *world_, log_.log).has_value());
  save(store, 1);
  EXPECT_FALSE(find_best_checkpoint(folder_.path(), *world_, log_.log).has_value());
}

TEST_F(CheckpointKeeping, ADamagedNewerOneDoesNotPushOutTheNewestWholeOne) {
  CheckpointStore store = open_store(1);
  save(store, 300);
  fs::remove(folders_.step(300) / kManifestName);
  save(store, 250);
  auto latest = find_latest_checkpoint(folder_.path(), *world_, log_.log);
  ASSERT_TRUE(latest.has_value());
  EXPECT_EQ(latest->manifest.step, 250);
}

TEST_F(CheckpointKeeping, SavingAStepAgainReplacesIt) {
  CheckpointStore store = open_store(2);
  save(store, 1, {}, "old");
  save(store, 1, {}, "new");
  EXPECT_EQ(find_latest_checkpoint(folder_.path(), *world_, log_.log)->manifest.progress, "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "checkpoints"), {}), 1);
}

TEST_F(CheckpointKeeping, StartingClearsWhatAKilledRunLeft) {
  {
    CheckpointStore store = open_store(2);
    save(store, 1);
  }
  // Killed before the rename: every file is there.
  fs::copy(folders_.step(1), folders_.unfinished(2), fs::copy_options::recursive);
  // Killed while the link was being replaced, and after a replaced checkpoint had been renamed.
  fs::create_directory_symlink("step-000001", entry(".tmp-best"));
  fs::copy(folders_.step(1), entry(".old-step-000001"), fs::copy_options::recursive);
  EXPECT_EQ(folders_.steps(), (Steps{1}));
  open_store(2);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "checkpoints"), {}), 1);
  EXPECT_NO_THROW(verify_checkpoint(folders_.step(1), *world_));
}

TEST_F(CheckpointKeeping, StartingPutsBackACheckpointThatWasBeingReplaced) {
  {
    CheckpointStore store = open_store(2);
    save(store, 1);
  }
  fs::rename(folders_.step(1), entry(".old-step-000001"));
  open_store(2);
  EXPECT_NO_THROW(verify_checkpoint(folders_.step(1), *world_));
}

TEST_F(CheckpointKeeping, OtherNamesAreNoCheckpoints) {
  CheckpointStore store = open_store(1);
  for (const char* name : {"step-", "step-1", "step-00000x", "notes", "step-0000001"})
    fs::create_directory(entry(name));
  EXPECT_EQ(folders_.steps(), Steps{});
  save(store, 1);
  EXPECT_TRUE(fs::exists(entry("notes")));
}

TEST_F(CheckpointKeeping, AFolderThatCannotBeMadeIsAnError) {
  write_file(folder_ / "checkpoints", "in the way");
  std::string text = testing::error_text(ExitCode::run_failed, [&] { open_store(1); });
  EXPECT_NE(text.find("cannot create " + (folder_ / "checkpoints").string()), std::string::npos)
      << text;
}

}  // namespace
}  // namespace switchyard
