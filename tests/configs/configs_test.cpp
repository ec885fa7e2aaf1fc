// The files of configs/ but machines/ and studies/ are read by today's keys, and those of configs/paper/ set
// what the published runs did rather than what happens to be the default.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "train/config.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

bool is_of_a_run(const fs::path& file) {
  const fs::path folder = file.parent_path().filename();
  return folder != "machines" && folder != "studies";
}

std::vector<std::string> all_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(CONFIGS))
    if (entry.is_regular_file() && is_of_a_run(entry.path()))
      files.push_back(fs::relative(entry.path(), CONFIGS).string());
  return files;
}

TrainConfig read(const std::string& file) {
  TrainConfig config;
  read_config(config, {"--config", (fs::path(CONFIGS) / file).string()});
  return config;
}

class ConfigFile : public testing::TestWithParam<std::string> {};

TEST_P(ConfigFile, IsReadAndFitsTogether) {
  TrainConfig config = read(GetParam());
  validate(config.model);
  validate(config.sgd);
  validate(config.schedule, config.sgd.learning_rate, config.run.epochs);
  // One folder a config, so that runs of two of them do not meet.
  fs::path stem = fs::path(GetParam()).replace_extension();
  EXPECT_EQ(config.run.folder, (fs::path("runs") / stem).string());
}

INSTANTIATE_TEST_SUITE_P(All, ConfigFile, testing::ValuesIn(all_files()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

class PaperConfig : public testing::TestWithParam<const char*> {};

TEST_P(PaperConfig, TrainsAsPublished) {
  TrainConfig config = read(GetParam());
  EXPECT_EQ(config.run.epochs, 50);
  EXPECT_EQ(config.run.batch, 128);
  EXPECT_EQ(config.data.split_seed, 42u);
  EXPECT_EQ(config.data.augmentation, Augmentation::none);
  EXPECT_EQ(config.model.width, 64);
  EXPECT_EQ(config.model.head.hidden_dropout, 0.1);
  EXPECT_EQ(config.objective.label_smoothing, 0.0);
  EXPECT_EQ(config.sgd.learning_rate, 0.1);
  EXPECT_EQ(config.sgd.momentum, 0.9);
  EXPECT_EQ(config.sgd.weight_decay, 5e-4);
  EXPECT_FALSE(config.sgd.nesterov);
  EXPECT_EQ(config.sgd.clip_norm, 0.0);
  EXPECT_EQ(config.schedule.kind, ScheduleKind::multistep);
  EXPECT_EQ(config.schedule.milestones, (std::vector<int>{30, 40}));
  EXPECT_EQ(config.schedule.gamma, 0.1);
  EXPECT_EQ(config.schedule.warmup_epochs, 0);
}

INSTANTIATE_TEST_SUITE_P(Heads, PaperConfig,
                         testing::Values("paper/dense.cfg", "paper/soft.cfg", "paper/sparse.cfg",
                                         "paper/hard.cfg"));

TEST(PaperHead, DenseMatchesThePaper) {
  HeadConfig head = read("paper/dense.cfg").model.head;
  EXPECT_EQ(head.kind, HeadKind::dense);
  EXPECT_EQ(head.dense_hidden, 512);
}

void expect_published_gate(const HeadConfig& head) {
  EXPECT_EQ(head.experts, 8);
  EXPECT_EQ(head.expert_hidden, 64);
  EXPECT_EQ(head.temperature, 1.0);
  EXPECT_EQ(head.gate_input_dropout, 0.1);
  EXPECT_EQ(head.gate_logit_dropout, 0.1);
}

TEST(PaperHead, SoftMatchesThePublishedCode) {
  TrainConfig config = read("paper/soft.cfg");
  EXPECT_EQ(config.model.head.kind, HeadKind::soft_moe);
  expect_published_gate(config.model.head);
  EXPECT_EQ(config.objective.kl, KlForm::reverse_scaled);
  EXPECT_EQ(config.objective.kl_weight, 0.2);
}

void expect_published_routing(const TrainConfig& config) {
  const HeadConfig& head = config.model.head;
  expect_published_gate(head);
  EXPECT_TRUE(head.gate_standardize);
  EXPECT_TRUE(head.gate_noise);
  EXPECT_EQ(head.gate_noise_floor, 0.3);
  EXPECT_TRUE(head.eval_gate_noise);
  EXPECT_EQ(head.gate_weights, GateWeights::renormalised);
  EXPECT_EQ(config.objective.load_loss, LoadLoss::importance);
  EXPECT_EQ(config.objective.importance_weight, 0.2);
  EXPECT_EQ(config.objective.load_weight, 0.2);
}

TEST(PaperHead, SparseMatchesThePublishedCode) {
  TrainConfig config = read("paper/sparse.cfg");
  EXPECT_EQ(config.model.head.kind, HeadKind::sparse_moe);
  EXPECT_EQ(config.model.head.k, 2);
  expect_published_routing(config);
}

TEST(PaperHead, HardMatchesThePublishedCode) {
  TrainConfig config = read("paper/hard.cfg");
  EXPECT_EQ(config.model.head.kind, HeadKind::hard_moe);
  expect_published_routing(config);
}

}  // namespace
}  // namespace switchyard
