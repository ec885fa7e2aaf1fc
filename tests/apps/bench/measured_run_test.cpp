// Which runs an inference benchmark measures together, and what their heads share.

#include "apps/bench/measured_run.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

namespace fs = std::filesystem;

MeasuredRun run_of(HeadKind head) {
  MeasuredRun run{RunFolder(fmt::format("runs/{}", name_of(head, head_choices))), {}};
  run.training.model.head.kind = head;
  return run;
}

std::string refusal(const MeasuredRun& first, const MeasuredRun& second) {
  std::vector<MeasuredRun> runs = {first, second};
  return error_text(ExitCode::bad_usage, [&] { share_settings(runs); });
}

TEST(MeasuredRuns, SizesComeFromTheRunsThatHaveThem) {
  std::vector<MeasuredRun> runs = {run_of(HeadKind::dense), run_of(HeadKind::sparse_moe),
                                   run_of(HeadKind::hard_moe)};
  runs[0].training.model.head = {.kind = HeadKind::dense, .dense_hidden = 100};
  runs[1].training.model.head = {.kind = HeadKind::sparse_moe, .experts = 16, .expert_hidden = 4};
  runs[1].training.model.head.k = 3;
  runs[2].training.model.head = {.kind = HeadKind::hard_moe, .experts = 16, .expert_hidden = 4};
  for (MeasuredRun& run : runs) run.training.model.width = 8;
  runs[0].training.execution.overlap_degree = 2;

  const TrainConfig shared = share_settings(runs);
  EXPECT_EQ(shared.model.width, 8);
  EXPECT_EQ(shared.model.head.dense_hidden, 100);
  EXPECT_EQ(shared.model.head.experts, 16);
  EXPECT_EQ(shared.model.head.expert_hidden, 4);
  EXPECT_EQ(shared.model.head.k, 3);
  for (const MeasuredRun& run : runs) EXPECT_EQ(run.training.execution.overlap_degree, 2);
  EXPECT_EQ(runs[0].training.model.head.experts, HeadConfig{}.experts);
  EXPECT_EQ(runs[2].training.model.head.k, HeadConfig{}.k);
}

TEST(MeasuredRuns, GatesAndSeedsMayDiffer) {
  std::vector<MeasuredRun> runs = {run_of(HeadKind::soft_moe), run_of(HeadKind::sparse_moe)};
  runs[1].training.model.head.temperature = 0.5;
  runs[1].training.run.seed = 7;
  EXPECT_EQ(share_settings(runs).model.head.temperature, 1);
  EXPECT_EQ(runs[1].training.model.head.temperature, 0.5);
  EXPECT_EQ(runs[1].training.run.seed, 7u);
}

TEST(MeasuredRuns, OneHeadTwiceIsRefused) {
  MeasuredRun again = run_of(HeadKind::soft_moe);
  again.folder = RunFolder("runs/again");
  EXPECT_TRUE(contains(refusal(run_of(HeadKind::soft_moe), again),
                       "two runs of the soft head, runs/soft and runs/again"));
}

TEST(MeasuredRuns, OtherSizesAreRefused) {
  MeasuredRun wide = run_of(HeadKind::dense), many = run_of(HeadKind::soft_moe),
              big = run_of(HeadKind::soft_moe);
  wide.training.model.width = 8;
  many.training.model.head.experts = 5;
  big.training.model.head.expert_hidden = 7;
  const MeasuredRun sparse = run_of(HeadKind::sparse_moe);
  EXPECT_TRUE(contains(refusal(sparse, wide),
                       "runs/dense was trained with width = 8, runs/sparse with 64"));
  EXPECT_TRUE(contains(refusal(many, sparse),
                       "runs/sparse was trained with experts = 8, runs/soft with 5"));
  EXPECT_TRUE(contains(refusal(sparse, big), "expert-hidden = 7, runs/sparse with 64"));
}

TEST(MeasuredRuns, OtherImagesAreRefusedOtherSpellingsAreNot) {
  MeasuredRun first = run_of(HeadKind::dense), second = run_of(HeadKind::soft_moe);
  first.training.data.folder = "datasets/cifar10";
  second.training.data.folder = "datasets/cifar100";
  EXPECT_TRUE(contains(refusal(first, second),
                       "data = datasets/cifar100, runs/dense with datasets/cifar10"));
  second.training.data.folder = fs::absolute("datasets/./cifar10/").string();
  std::vector<MeasuredRun> runs = {first, second};
  EXPECT_EQ(share_settings(runs).data.folder, "datasets/cifar10");
}

TEST(MeasuredRuns, OtherKindsOfImagesAreRefusedOnesThatWereFoundAreNot) {
  std::vector<MeasuredRun> runs = {run_of(HeadKind::dense), run_of(HeadKind::soft_moe)};
  runs[1].training.data.kind = DatasetKind::cifar10;
  EXPECT_EQ(share_settings(runs).data.kind, DatasetKind::detect);
  runs[0].training.data.kind = DatasetKind::mnist;
  EXPECT_TRUE(contains(refusal(runs[0], runs[1]), "dataset = cifar10, runs/dense with mnist"));
}

}  // namespace
}  // namespace switchyard::testing
