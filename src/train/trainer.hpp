#pragma once
// A whole run: epochs of training steps, validation, model selection, checkpoints, final test.

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop_signals.hpp"
#include "machine/machine.hpp"
#include "train/checkpoint/store.hpp"
#include "train/config.hpp"
#include "train/epoch_report.hpp"
#include "train/events/event_file.hpp"
#include "train/image_pool.hpp"
#include "train/progress_meter.hpp"
#include "train/run_folder.hpp"
#include "train/training_data.hpp"
#include "train/training_step.hpp"

namespace switchyard {

class Trainer {
 public:
  /// All arguments must outlive the trainer. Throws Error for what does not fit together.
  Trainer(TrainConfig config, Machine& machine, Logger& log, StopSignals& signals);

  /// Trains to the end (done) or until asked to stop (requeue_me, after a checkpoint). Collective.
  ExitCode run();

 private:
  enum class Outcome { finished, stop_requested };

  bool leads() const { return world_.rank().value == 0; }
  void prepare_folder();
  void resume();
  void check_changes();
  Outcome train_epoch(EpochRecord& record);
  std::int64_t batches_of_epoch() const;
  void take_step(const BatchShare& share);
  void note(const std::optional<StepResult>& result);
  void collect() { note(step_.collect()); }
  [[noreturn]] void explain(const OutOfMemory& error, std::int64_t batch);
  void close_epoch(EpochRecord& record);
  void write_epoch(const EpochRecord& record);
  std::string replayable_config() const;
  void require_finite(const std::string& what, double value);
  void save();
  void load_best();
  void test_best();
  MetricSums evaluate_on(const ImagePool& images, std::span<const std::int64_t> samples);
  double rate_of(std::int64_t batch, std::int64_t batches) const;
  std::int64_t images_left() const;

  Machine& machine_;
  Communicator& world_;
  Logger& log_;
  StopSignals& signals_;

  TrainConfig config_;
  bool recorded_;
  TrainingData data_;
  DistributedClassifier classifier_;
  ImagePool images_;  ///< of training and validation
  std::unique_ptr<BatchSource> batches_;
  Sgd sgd_;
  TrainingStep step_;
  RunFolder folder_;
  std::optional<CheckpointStore> checkpoints_;
  std::optional<EventFile> events_;  ///< on rank 0, where they are wanted
  Progress progress_;
  bool stop_requested_ = false;            ///< on some rank
  std::optional<std::int64_t> best_step_;  ///< optimizer step of the best checkpoint
  std::optional<ProgressMeter> meter_;
};

}  // namespace switchyard
