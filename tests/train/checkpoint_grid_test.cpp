// Checkpoints written on one grid and read on another, and ranks that fail alone.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <functional>

#include "support/error_text.hpp"
#include "support/mpi_main.hpp"
#include "support/shared_folder.hpp"
#include "train/checkpoint_model.hpp"

namespace switchyard {
namespace {

using test::world;
using testing::CheckpointModel;
using testing::LogText;
using testing::SharedFolder;

/// Runs `f` on every grid of the first `ranks` ranks, for every such number of ranks.
void on_every_grid(const std::function<void(const ProcessGrid&)>& f) {
  for (int ranks = 1; ranks <= world().size(); ++ranks) {
    auto group = world().split(world().rank().value < ranks ? 0 : 1, "some ranks");
    for (int ep = 1; ep <= ranks; ++ep) {
      if (ranks % ep == 0 && world().rank().value < ranks) f(ProcessGrid(*group, ep));
      world().barrier();
    }
  }
}

TEST(CheckpointGrids, EveryGridReadsWhatAnyGridWrote) {
  SharedFolder folder;
  LogText log;
  on_every_grid([&](const ProcessGrid& grid) {
    CheckpointModel model(grid);
    CheckpointStore store(folder.path(), grid, 100, log.log);
    store.save({10 * grid.dp() + grid.ep(), {}, "{}"}, model.state, *model.sgd);
  });
  on_every_grid([&](const ProcessGrid& grid) {
    auto expected = CheckpointModel(grid).bytes();
    for (std::int64_t step : CheckpointFolders(folder.path()).steps()) {
      CheckpointModel model(grid, {.seed = 2});
      ASSERT_NE(model.bytes(), expected);
      Checkpoint checkpoint =
          verify_checkpoint(CheckpointFolders(folder.path()).step(step), grid.world());
      load_checkpoint(checkpoint, model.state, *model.sgd, grid, log.log);
      EXPECT_EQ(model.bytes(), expected) << "step " << step;
    }
  });
}

TEST(CheckpointGrids, ShardsAreOnePerExpertRankWhateverDp) {
  SharedFolder folder;
  LogText log;
  on_every_grid([&](const ProcessGrid& grid) {
    CheckpointModel model(grid);
    CheckpointStore store(folder.path(), grid, 1, log.log);
    store.save({1, {}, "{}"}, model.state, *model.sgd);
    auto latest = find_latest_checkpoint(folder.path(), grid.world(), log.log);
    ASSERT_TRUE(latest.has_value());
    EXPECT_EQ(latest->manifest.dp, grid.dp());
    EXPECT_EQ(latest->manifest.ep, grid.ep());
    auto shards = static_cast<std::size_t>(1 + grid.ep());
    EXPECT_EQ(latest->manifest.files.size(), 2 * (shards + 1));
    EXPECT_TRUE(std::filesystem::exists(latest->folder /
                                        fmt::format("model-{0:05}-of-{0:05}.safetensors", shards)));
  });
}

TEST(CheckpointGrids, ADenseModelIsOneShard) {
  SharedFolder folder;
  LogText log;
  ProcessGrid grid(world(), 1);
  CheckpointModel model(grid, {.experts = 0});
  CheckpointStore(folder.path(), grid, 1, log.log).save({1, {}, "{}"}, model.state, *model.sgd);
  auto latest = find_latest_checkpoint(folder.path(), world(), log.log);
  ASSERT_TRUE(latest.has_value());
  ASSERT_EQ(latest->manifest.files.size(), 4u);
  EXPECT_EQ(latest->manifest.files[0].name, "model-00001-of-00001.safetensors");
}

TEST(CheckpointGrids, OneThatOnlyTheFirstRankSeesIsRefusedOnAll) {
  SharedFolder folder;
  LogText log;
  ProcessGrid grid(world(), 1);
  CheckpointModel model(grid);
  CheckpointStore(folder.path(), grid, 1, log.log).save({1, {}, "{}"}, model.state, *model.sgd);
  std::filesystem::path seen = CheckpointFolders(folder.path()).step(1);
  load_weights(seen, model.state, grid, log.log);
  if (world().size() == 1) return;
  if (world().rank() != Rank{0}) seen = "nowhere";
  const std::string text = testing::error_text(
      ExitCode::bad_data, [&] { load_weights(seen, model.state, grid, log.log); });
  EXPECT_TRUE(testing::contains(text, "rank 1: cannot read nowhere/")) << text;
}

TEST(CheckpointGrids, AWriteThatFailsOnOneRankFailsOnAllAndChangesNothing) {
  SharedFolder folder;
  LogText log;
  int ranks = world().size();
  ProcessGrid grid(world(), ranks);
  CheckpointModel model(grid);
  CheckpointStore store(folder.path(), grid, 1, log.log);
  store.save({1, {}, "first"}, model.state, *model.sgd);

  // Files of the last rank may not grow: a full disk on one node.
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit tight{100, old.rlim_max};
  if (world().rank().value == ranks - 1) setrlimit(RLIMIT_FSIZE, &tight);
  std::string text = testing::error_text(ExitCode::run_failed, [&] {
    store.save({2, {}, "second"}, model.state, *model.sgd);
  });
  setrlimit(RLIMIT_FSIZE, &old);

  std::string speaker = ranks > 1 ? fmt::format("rank {}: ", ranks - 1) : "";
  EXPECT_TRUE(text.starts_with(speaker + "cannot write")) << text;
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(CheckpointFolders(folder.path()).unfinished(2)));
  auto latest = find_latest_checkpoint(folder.path(), world(), log.log);
  ASSERT_TRUE(latest.has_value());
  EXPECT_EQ(latest->manifest.progress, "first");

  store.save({2, {}, "second"}, model.state, *model.sgd);
  latest = find_latest_checkpoint(folder.path(), world(), log.log);
  EXPECT_EQ(latest->manifest.progress, "second");
}

TEST(CheckpointGrids, OneExpertTooManyIsNamedOnEveryRank) {
  SharedFolder folder;
  LogText log;
  ProcessGrid grid(world(), world().size());
  CheckpointModel saved(grid, {.experts = 8});
  CheckpointStore(folder.path(), grid, 1, log.log).save({1, {}, "{}"}, saved.state, *saved.sgd);
  auto latest = find_latest_checkpoint(folder.path(), world(), log.log);
  ASSERT_TRUE(latest.has_value());
  CheckpointModel model(grid, {.seed = 2, .experts = 4});
  auto before = model.bytes();
  std::string text = testing::error_text(ExitCode::bad_data, [&] {
    load_checkpoint(*latest, model.state, *model.sgd, grid, log.log);
  });
  EXPECT_NE(text.find("it has 8 experts, the model 4"), std::string::npos) << text;
  EXPECT_NE(text.find("--experts 8"), std::string::npos) << text;
  EXPECT_EQ(model.bytes(), before);
}

}  // namespace
}  // namespace switchyard
