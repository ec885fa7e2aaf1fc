// Whole runs on a device with little memory.

#include "train/trainer.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "data/synthetic/synthesize.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"
#include "train/limited_memory.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

class SmallMachine final : public Machine {
 public:
  explicit SmallMachine(std::size_t limit) : backend_(limit) {}
  testing::LimitedBackend& backend() override { return backend_; }
  Communicator& world() override { return *world_; }
  std::string description() const override { return "small"; }
  std::size_t reserved_bytes() const override { return 0; }
  std::size_t available_bytes() const override { return 0; }

 private:
  testing::LimitedBackend backend_;
  std::unique_ptr<Communicator> world_ = make_self_communicator();
};

class OutOfMemoryRuns : public ::testing::Test {
 protected:
  OutOfMemoryRuns() {
    synthesize({.seed = 1, .train = 50, .test = 5}, folder_ / "data");
    config_.data = {.folder = (folder_ / "data").string(),
                    .train_samples = 40,
                    .validation_samples = 4,
                    .augmentation = Augmentation::none};
    config_.run = {
        .folder = (folder_ / "run").string(), .epochs = 1, .eval_batch = 2, .overwrite = true};
    config_.model.width = 2;
    config_.model.head.kind = HeadKind::dense;
    config_.model.head.dense_hidden = 4;
  }

  // The most memory that a run takes, with `limit` bytes to have.
  std::size_t run(std::int64_t batch, std::size_t limit) {
    config_.run.batch = batch;
    SmallMachine machine(limit);
    std::ostringstream text;
    Logger log(Rank{0}, Console{text});
    StopSignals signals;
    EXPECT_EQ(Trainer(config_, machine, log, signals).run(), ExitCode::done);
    return machine.backend().allocator().peak_bytes();
  }

  testing::TempFolder folder_;
  TrainConfig config_;
};

TEST_F(OutOfMemoryRuns, SayWhichBatchWouldFit) {
  const std::size_t enough = run(40, std::size_t{1} << 40);
  const std::size_t limit = enough * 6 / 10;
  std::string text = error_text(ExitCode::run_failed, [&] { run(40, limit); });
  EXPECT_TRUE(contains(text, "a training step of 40 images needs more memory than there is"));
  const std::string advice = "give --batch ";
  ASSERT_TRUE(contains(text, advice));
  const int batch = std::stoi(text.substr(text.find(advice) + advice.size()));
  EXPECT_GT(batch, 15);
  EXPECT_LT(batch, 25);
  EXPECT_LE(run(batch, limit), limit);
}

TEST_F(OutOfMemoryRuns, SayThatNoBatchFits) {
  ModelConfig model = config_.model;
  model.classes = 10;
  SmallMachine machine(std::size_t{1} << 40);
  DistributedClassifier classifier(machine.backend(), machine.world(), model, {});
  Sgd sgd(classifier.state(), {});
  // Room for a few scalars more, not for a gradient.
  const std::size_t limit = machine.backend().allocator().peak_bytes() + 16384;
  std::string text = error_text(ExitCode::run_failed, [&] { run(40, limit); });
  EXPECT_TRUE(contains(text, "not even one image would fit: give a smaller --width"));
}

}  // namespace
}  // namespace switchyard
