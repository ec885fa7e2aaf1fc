// The messages of a schedule are those of a real training step: same order, operation, group and
// bytes.

#include "analysis/scaling/step_schedule.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "machine/profiled_machine.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"
#include "train/training_step.hpp"

namespace switchyard {
namespace {

using test::world;

constexpr std::int64_t kSamplesOfRank = 6;

// Equal shares of a batch.
class EvenBatches final : public BatchSource {
 public:
  explicit EvenBatches(Backend& backend) : backend_(backend) {}
  void start(BatchPlan, std::int64_t) override {}
  std::optional<BatchShare> next() override {
    const std::int64_t first = world().rank().value * kSamplesOfRank;
    const std::int64_t all = world().size() * kSamplesOfRank;
    batch_ = test::tiny_batch(backend_, first, first + kSamplesOfRank, all);
    return BatchShare{batch_.size(), batch_.first, batch_.global_size};
  }
  Batch make() override { return batch_; }

 private:
  Backend& backend_;
  Batch batch_;
};

// As a line, so that a difference is readable.
std::string line(Collective operation, int ranks, double bytes) {
  return fmt::format("{} over {} ranks, {} bytes", name_of(operation, collective_choices), ranks,
                     bytes);
}

struct Setting {
  HeadKind head;
  int experts = 4;
  int ep = 0;
  NormSync norm = NormSync::sync;
  int overlap_degree = 1;
  double clip_norm = 0;
};

StepShape shape_of(const Setting& setting) {
  StepShape shape;
  shape.model = test::tiny_config(setting.head, setting.experts);
  shape.batch = kSamplesOfRank * world().size();
  shape.precision = Precision::f64;
  shape.norm_sync = setting.norm;
  shape.overlap_degree = setting.overlap_degree;
  shape.clip_norm = setting.clip_norm;
  return shape;
}

std::vector<std::string> scheduled(const StepShape& shape, const GridShape& grid) {
  std::vector<std::string> lines;
  for (const Message& message : step_schedule(shape, grid).messages)
    lines.push_back(
        line(message.operation, layout_of(message.group, grid, 1).ranks, message.bytes));
  return lines;
}

// What all ranks send together, over their number: where rows go differs from step to step.
std::vector<double> mean_bytes(Backend& backend, const std::vector<CollectiveRecord>& calls) {
  std::vector<double> bytes;
  for (const CollectiveRecord& call : calls) bytes.push_back(static_cast<double>(call.bytes));
  Tensor sums = backend.from_host(bytes.data(), {std::ssize(bytes)}, DType::f64);
  world().all_reduce_sum(sums);
  backend.to_host(sums, bytes.data());
  for (double& sum : bytes) sum /= world().size();
  return bytes;
}

std::vector<std::string> seen(Backend& backend, const RankProfile& profile) {
  const std::vector<double> means = mean_bytes(backend, profile.collectives);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const CollectiveRecord& call = profile.collectives[i];
    const GroupRecord& group = profile.groups[static_cast<std::size_t>(call.group)];
    const bool rows = call.operation == Collective::all_to_all_rows;
    lines.push_back(line(call.operation, static_cast<int>(group.members.size()),
                         rows ? means[i] : static_cast<double>(call.bytes)));
  }
  return lines;
}

class Schedules : public testing::TestWithParam<Setting> {};

TEST_P(Schedules, HaveTheMessagesOfARealStep) {
  const Setting& setting = GetParam();
  if (setting.ep > 0 && world().size() % setting.ep != 0) GTEST_SKIP() << "no such grid";
  const StepShape shape = shape_of(setting);
  std::ostringstream text;
  Logger log(world().rank(), Console{text});
  auto machine =
      make_machine({.device = DeviceKind::ref, .precision = Precision::f64}, world(), log);
  Recorder recorder(StepKind::training, {.first = 0, .last = 1});
  ProfiledMachine watched(*machine, recorder);
  DistributedClassifier classifier(watched.backend(), watched.world(), shape.model,
                                   {.precision = shape.precision,
                                    .ep = setting.ep,
                                    .overlap_degree = setting.overlap_degree,
                                    .norm_sync = setting.norm,
                                    .seed = 3});
  Sgd sgd(classifier.state(), {});
  EvenBatches batches(watched.backend());
  TrainingStep step(classifier, sgd, batches, {.clip_norm = setting.clip_norm});
  const StepInput input{
      .share = *batches.next(), .step = 1, .learning_rate = 0.01, .stop_requested = false};
  recorder.begin_step(StepKind::training, 0);
  step.run(input);
  step.collect();
  recorder.end_step(StepKind::training);
  const GridShape grid{world().size(), classifier.grid().ep()};
  const std::vector<std::string> real = seen(watched.backend(), recorder.take());
  if (world().rank().value == 0) {
    EXPECT_EQ(scheduled(shape, grid), real);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Schedules,
    testing::Values(Setting{.head = HeadKind::dense}, Setting{.head = HeadKind::soft_moe},
                    Setting{.head = HeadKind::sparse_moe}, Setting{.head = HeadKind::hard_moe},
                    Setting{.head = HeadKind::soft_moe, .ep = 2},
                    Setting{.head = HeadKind::sparse_moe, .ep = 1},
                    Setting{.head = HeadKind::sparse_moe, .ep = 2, .clip_norm = 1},
                    Setting{.head = HeadKind::sparse_moe, .experts = 5, .overlap_degree = 2},
                    Setting{.head = HeadKind::sparse_moe, .norm = NormSync::local}));

}  // namespace
}  // namespace switchyard
