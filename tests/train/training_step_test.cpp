// Steps whose results come later, on any number of ranks.

#include "train/training_step.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "support/error_text.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"
#include "train/step_report.hpp"

namespace switchyard {
namespace {

using test::world;

// Batches of tiny images, of these sizes over all ranks.
class TinyBatches final : public BatchSource {
 public:
  TinyBatches(Backend& backend, std::vector<std::int64_t> sizes)
      : backend_(backend), sizes_(std::move(sizes)) {}

  void start(BatchPlan, std::int64_t) override { upcoming_ = 0; }
  std::optional<BatchShare> next() override {
    batch_ = test::tiny_share(backend_, world(), sizes_.at(upcoming_++));
    return BatchShare{batch_.size(), batch_.first, batch_.global_size};
  }
  Batch make() override { return batch_; }

  // Makes the loss of this rank's next step infinite or not a number.
  void spoil() { batch_.images.span<double>().front() = std::numeric_limits<double>::infinity(); }

 private:
  Backend& backend_;
  std::vector<std::int64_t> sizes_;
  std::size_t upcoming_ = 0;
  Batch batch_;
};

// A model under training.
struct Training {
  Training(HeadKind head, std::vector<std::int64_t> sizes, StepOptions options,
           NormSync norm = NormSync::sync)
      : classifier(test::tiny_classifier(*backend, world(), test::tiny_config(head), 0, norm)),
        sgd(classifier->state(), {}),
        batches(*backend, std::move(sizes)),
        step(*classifier, sgd, batches, options) {}

  StepInput next() {
    return {
        .share = *batches.next(), .step = number++, .learning_rate = 0.01, .stop_requested = stop};
  }

  std::string bytes() {
    std::string all;
    auto append = [&](const Tensor& x) {
      all.append(reinterpret_cast<const char*>(x.raw()), x.bytes());
    };
    for (const Parameter& p : classifier->state().parameters()) append(p.value);
    for (const Tensor& m : sgd.momenta()) append(m);
    return all;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<DistributedClassifier> classifier;
  Sgd sgd;
  TinyBatches batches;
  TrainingStep step;
  std::uint64_t number = 5;
  bool stop = false;
};

TEST(TrainingSteps, GiveTheResultOfTheStepBefore) {
  Training training(HeadKind::sparse_moe, {12, 9}, {.clip_norm = 1});
  std::string before = training.bytes();
  EXPECT_FALSE(training.step.collect().has_value());
  EXPECT_FALSE(training.step.run(training.next()).has_value());
  EXPECT_NE(training.bytes(), before);

  std::optional<StepResult> first = training.step.run(training.next());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->sums.samples(), 12);
  EXPECT_GT(first->sums.cross_entropy(), 0);
  EXPECT_GT(first->balance, 0);
  EXPECT_GT(first->grad_norm, 0);
  std::optional<StepResult> second = training.step.collect();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->sums.samples(), 9);
  EXPECT_FALSE(training.step.collect().has_value());
}

TEST(TrainingSteps, OneRankAskedToStopIsEnough) {
  Training training(HeadKind::dense, {6, 6}, {});
  training.step.run(training.next());
  training.stop = world().rank().value == world().size() - 1;
  EXPECT_FALSE(training.step.run(training.next())->stop_requested);
  EXPECT_TRUE(training.step.collect()->stop_requested);
}

TEST(TrainingSteps, ALossThatIsNotFiniteUpdatesNothingFromThereOn) {
  int last = world().size() - 1;
  Training training(HeadKind::dense, {8, 8, 8}, {.clip_norm = 1}, NormSync::local);
  training.step.run(training.next());
  std::string before = training.bytes();
  StepInput spoilt = training.next();
  if (world().rank().value == last) training.batches.spoil();
  EXPECT_TRUE(training.step.run(spoilt).has_value());
  EXPECT_EQ(training.bytes(), before);
  std::string text =
      testing::error_text(ExitCode::run_failed, [&] { training.step.run(training.next()); });
  EXPECT_TRUE(
      testing::contains(text, fmt::format("the loss is not finite at step 6 (on rank {})", last)));
  EXPECT_EQ(training.bytes(), before);
}

TEST(TrainingSteps, RehearsalsUpdateNothing) {
  Training training(HeadKind::sparse_moe, {8, 4}, {});
  training.batches.next();
  std::string before = training.bytes();
  training.step.rehearse();
  EXPECT_EQ(training.bytes(), before);
}

TEST(TrainingSteps, RecordedOnesAreTheSame) {
  std::vector<std::int64_t> sizes = {8, 8, 8, 5, 8, 8};
  for (HeadKind head : {HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe}) {
    Training eager(head, sizes, {.clip_norm = 1});
    Training recorded(head, sizes, {.clip_norm = 1, .recorded = true});
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto expected = eager.step.run(eager.next()), found = recorded.step.run(recorded.next());
      ASSERT_EQ(found.has_value(), expected.has_value());
      if (found) {
        EXPECT_EQ(found->sums.values(), expected->sums.values());
      }
      EXPECT_EQ(recorded.bytes(), eager.bytes()) << "step " << i;
    }
  }
}

}  // namespace
}  // namespace switchyard
