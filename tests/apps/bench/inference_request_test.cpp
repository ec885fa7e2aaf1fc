// Heads measured with the weights of several runs: their logits, and words that are refused.

#include <gtest/gtest.h>

#include <sstream>

#include "apps/bench/inference_subject.hpp"
#include "support/error_text.hpp"
#include "support/shared_folder.hpp"
#include "support/tiny_classifier.hpp"
#include "train/checkpoint/store.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kClasses = 4;

class InferenceRequests : public ::testing::Test {
 protected:
  InferenceRequests()
      : machine_(
            make_machine({.device = DeviceKind::ref, .precision = Precision::f64}, world(), log_)),
        batch_(random_batch(*machine_, 5, DType::f64)) {}

  std::optional<InferenceRequest> read(const std::vector<std::string>& words) {
    return read_inference_request({world(), log_}, words, "");
  }
  std::string refusal(const std::vector<std::string>& words) {
    return error_text(ExitCode::bad_usage, [&] { read(words); });
  }
  std::string folder_of(const std::string& run) { return (folder_ / run).string(); }

  static TrainConfig training_of(HeadKind head) {
    TrainConfig training;
    training.model = tiny_config(head);
    training.execution.device = DeviceKind::ref;
    training.execution.precision = Precision::f64;
    return training;
  }

  DistributedClassifier classifier_of(const TrainConfig& training) {
    return {machine_->backend(), machine_->world(), training.model, distributed_options(training)};
  }

  /// Writes a run whose weights are no initial ones; gives its logits.
  std::vector<double> train(const std::string& run, const TrainConfig& training) {
    DistributedClassifier classifier = classifier_of(training);
    move_parameters(classifier.state(), 0.3, random_vector(classifier.state(), 1));
    Sgd sgd(classifier.state(), training.sgd);
    CheckpointStore store(folder_ / run, classifier.grid(), 1, log_);
    store.save({1, 1, "{}"}, classifier.state(), sgd);
    if (world().rank() == Rank{0}) RunFolder(folder_ / run).write_config(write_resolved(training));
    world().barrier();
    return logits_of(classifier);
  }

  std::vector<double> logits_of(DistributedClassifier& classifier) {
    Tape tape(classifier.backend(), Recording::off);
    ForwardContext context = classifier.context(tape, Mode::eval, batch_.sample_ids);
    return numbers(
        classifier.model().forward(context, tape.constant(batch_.images)).head.logits.value());
  }

  std::vector<double> measured_logits(const InferenceRequest& request, HeadKind head) {
    InferenceSubject subject(head, request, batch_, *machine_, log_);
    subject.run();
    return numbers(subject.logits());
  }

  static std::vector<double> numbers(const Tensor& x) {
    return {x.data<double>(), x.data<double>() + count_elements(x.shape())};
  }

  std::ostringstream words_;
  Logger log_{world().rank(), Console{words_}};
  testing::SharedFolder folder_;
  std::unique_ptr<Machine> machine_;
  Batch batch_;
};

TEST_F(InferenceRequests, EveryRunHasTheLogitsThatItHasAlone) {
  TrainConfig sparse = training_of(HeadKind::sparse_moe);
  sparse.run.seed = 7;
  sparse.model.head.temperature = 0.5;
  sparse.model.head.eval_gate_noise = true;
  const auto of_sparse = train("sparse", sparse);
  const auto of_dense = train("dense", training_of(HeadKind::dense));

  auto both = read({"--run", folder_of("dense") + "," + folder_of("sparse")});
  ASSERT_TRUE(both.has_value());
  both->set_classes(kClasses);
  EXPECT_EQ(both->heads, (std::vector{HeadKind::dense, HeadKind::sparse_moe}));
  EXPECT_EQ(both->config.heads, "dense,sparse");
  EXPECT_EQ(measured_logits(*both, HeadKind::dense), of_dense);
  EXPECT_EQ(measured_logits(*both, HeadKind::sparse_moe), of_sparse);

  auto alone = read({"--run", folder_of("sparse")});
  alone->set_classes(kClasses);
  EXPECT_EQ(alone->config.heads, "dense,soft,sparse,hard");
  EXPECT_EQ(measured_logits(*alone, HeadKind::sparse_moe), of_sparse);
}

TEST_F(InferenceRequests, AHeadWithoutARunHasInitialWeights) {
  train("dense", training_of(HeadKind::dense));
  train("hard", training_of(HeadKind::hard_moe));
  auto request =
      read({"--run", folder_of("dense") + "," + folder_of("hard"), "--heads", "soft,dense"});
  request->set_classes(kClasses);
  EXPECT_EQ(request->heads, (std::vector{HeadKind::soft_moe, HeadKind::dense}));
  EXPECT_EQ(request->run_of(HeadKind::soft_moe), nullptr);
  EXPECT_EQ(request->run_of(HeadKind::hard_moe)->folder.path(), folder_of("hard"));
  DistributedClassifier initial = classifier_of(training_of(HeadKind::soft_moe));
  EXPECT_EQ(measured_logits(*request, HeadKind::soft_moe), logits_of(initial));
}

TEST_F(InferenceRequests, ARunWithoutACheckpointIsNamed) {
  train("dense", training_of(HeadKind::dense));
  train("soft", training_of(HeadKind::soft_moe));
  if (world().rank() == Rank{0}) std::filesystem::remove_all(folder_ / "soft/checkpoints");
  world().barrier();
  auto both = read({"--run", folder_of("dense") + "," + folder_of("soft")});
  both->set_classes(kClasses);
  const std::string text =
      error_text(ExitCode::bad_data, [&] { measured_logits(*both, HeadKind::soft_moe); });
  EXPECT_TRUE(contains(text, folder_of("soft") + " has no best checkpoint; train it first"));
}

TEST_F(InferenceRequests, RunsThatDoNotGoTogetherAreRefused) {
  TrainConfig wide = training_of(HeadKind::dense);
  wide.model.width = 2;
  train("wide", wide);
  train("soft", training_of(HeadKind::soft_moe));
  const std::string wide_run = folder_of("wide"), soft_run = folder_of("soft");
  EXPECT_TRUE(contains(refusal({"--run", soft_run + "," + wide_run}),
                       wide_run + " was trained with width = 2, " + soft_run + " with 1"));
  EXPECT_TRUE(contains(refusal({"--run", soft_run + "," + soft_run}), "two runs of the soft head"));
  EXPECT_TRUE(contains(refusal({"--run", soft_run + ",nowhere"}), "nowhere is no run folder"));
  EXPECT_TRUE(contains(refusal({"--run", ","}), "--run , names no folder"));
  EXPECT_TRUE(contains(refusal({"--run", soft_run + "," + wide_run, "--checkpoint", "a/b"}),
                       "--checkpoint a/b has the weights of one head"));
}

}  // namespace
}  // namespace switchyard::test
