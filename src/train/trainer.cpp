#include "train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/config/config.hpp"
#include "data/batch_loader.hpp"
#include "data/sampler.hpp"
#include "data/split.hpp"
#include "train/agreement.hpp"
#include "train/checkpoint/load.hpp"
#include "train/checkpoint/store.hpp"
#include "train/epoch_report.hpp"
#include "train/evaluation.hpp"
#include "train/progress_meter.hpp"
#include "train/run_folder.hpp"
#include "train/training_data.hpp"
#include "train/training_step.hpp"

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

ModelConfig with_classes(ModelConfig model, int classes) {
  model.classes = classes;
  return model;
}

int experts_of(const TrainConfig& config) {
  return config.model.head.is_moe() ? config.model.head.experts : 0;
}

}  // namespace

struct Trainer::Run {
  Run(TrainConfig config_in, Communicator& world_in, Logger& log_in, StopSignals& signals_in);

  ExitCode run();

 private:
  enum class Outcome { finished, stop_requested };

  bool leads() const { return world.rank().value == 0; }
  void prepare_folder();
  void resume();
  Outcome train_epoch(EpochRecord& record);
  void close_epoch(EpochRecord& record);
  void take_step(const Batch& batch, std::int64_t batches, EpochRecord& record, bool& stop);
  double rate_of(std::int64_t batch, std::int64_t batches) const;
  void save();
  void test_best();
  MetricSums evaluate_on(const ImageSet& images, std::span<const std::int64_t> samples);
  std::int64_t images_left() const;

  Communicator& world;
  Logger& log;
  StopSignals& signals;

  TrainConfig config;
  TrainingData data;
  std::unique_ptr<Backend> backend;
  std::shared_ptr<Allocator> host = make_host_allocator();
  DistributedClassifier classifier;
  Sgd sgd;
  TrainingStep step;
  RunFolder folder;
  std::optional<CheckpointStore> checkpoints;
  Progress progress;
  std::optional<std::int64_t> best_step;
  std::optional<ProgressMeter> meter;
};

Trainer::Run::Run(TrainConfig config_in, Communicator& world_in, Logger& log_in,
                  StopSignals& signals_in)
    : world(world_in),
      log(log_in),
      signals(signals_in),
      config(std::move(config_in)),
      data(load_training_data(config.data)),
      backend(make_backend(config.execution.backend)),
      classifier(*backend, world, with_classes(config.model, data.set.classes()),
                 {.dtype = config.execution.precision,
                  .ep = config.execution.ep,
                  .norm_sync = config.execution.norm_sync,
                  .seed = config.run.seed}),
      sgd(classifier.state(), config.sgd),
      step(classifier, sgd, config.objective, config.sgd.clip_norm),
      folder(config.run.folder) {
  progress.epoch_sums = MetricSums(experts_of(config));
}

void Trainer::Run::prepare_folder() {
  agree(world, [&] {
    if (!leads() || config.run.resume) return;
    SY_REQUIRE(config.run.overwrite || !folder.holds_run(), ExitCode::bad_usage,
               "{} holds a run already; continue it with --resume, replace it with --overwrite, or "
               "choose another folder with --out",
               folder.path().string());
    folder.start_anew();
  });
  checkpoints.emplace(folder.path(), classifier.grid(), config.run.keep_checkpoints, log);
  if (config.run.resume) resume();
  agree(world, [&] {
    if (!leads()) return;
    TrainConfig replayable = config;
    replayable.run.resume = replayable.run.overwrite = false;
    folder.write_config(write_resolved(replayable));
    folder.write_build();
    folder.drop_metrics_from(progress.epoch);
  });
}

void Trainer::Run::resume() {
  auto newest = find_latest_checkpoint(folder.path(), world, log);
  SY_REQUIRE(newest, ExitCode::bad_data,
             "{} has no checkpoint to resume from; start the run without --resume",
             folder.path().string());
  load_checkpoint(*newest, classifier.state(), sgd, classifier.grid(), log);
  progress = Progress::from_text(newest->manifest.progress);
  best_step = newest->manifest.best_step;
  log.info("resumed from {} (epoch {}, step {})", newest->folder.string(), progress.epoch,
           progress.step);
}

std::int64_t Trainer::Run::images_left() const {
  auto per_epoch = static_cast<std::int64_t>(data.split.train.size());
  return per_epoch * (config.run.epochs - progress.epoch + 1) - progress.batch * config.run.batch;
}

ExitCode Trainer::Run::run() {
  prepare_folder();
  const ProcessGrid& grid = classifier.grid();
  log.info("{}: {} training, {} validation, {} test images; {} head; {} ranks = dp {} x ep {}",
           data.set.name, data.split.train.size(), data.split.validation.size(),
           data.set.test.size(), name_of<HeadKind>(config.model.head.kind, head_choices),
           world.size(), grid.dp(), grid.ep());
  meter.emplace(images_left());
  while (progress.epoch <= config.run.epochs) {
    EpochRecord record;
    if (train_epoch(record) == Outcome::stop_requested) {
      classifier.average_running_statistics();
      save();
      log.end_progress("stopped on request after a checkpoint; continue with --resume");
      return ExitCode::requeue_me;
    }
    close_epoch(record);
  }
  test_best();
  return ExitCode::done;
}

Trainer::Run::Outcome Trainer::Run::train_epoch(EpochRecord& record) {
  BatchPlan plan{.order = epoch_order(data.split.train, config.run.seed, progress.epoch),
                 .batch_size = config.run.batch,
                 .first_batch = progress.batch,
                 .rank = world.rank(),
                 .world = world.size()};
  PixelOptions pixels{.augmentation = config.data.augmentation,
                      .seed = config.run.seed,
                      .epoch = progress.epoch,
                      .dtype = config.execution.precision};
  BatchLoader loader(data.set, data.set.train, std::move(plan), pixels, host);
  Clock::time_point start = Clock::now();
  while (auto batch = loader.next()) {
    bool stop = false;
    take_step(*batch, loader.batches(), record, stop);
    if (stop) return Outcome::stop_requested;
  }
  record.train_seconds = seconds_since(start);
  return Outcome::finished;
}

double Trainer::Run::rate_of(std::int64_t batch, std::int64_t batches) const {
  return learning_rate(config.schedule, config.sgd.learning_rate,
                       {.epochs = config.run.epochs,
                        .epoch = progress.epoch - 1,
                        .step = batch,
                        .steps_per_epoch = batches});
}

void Trainer::Run::take_step(const Batch& batch, std::int64_t batches, EpochRecord& record,
                             bool& stop) {
  StepResult result = step.run({.batch = batch,
                                .step = static_cast<std::uint64_t>(progress.step),
                                .learning_rate = rate_of(progress.batch, batches),
                                .stop_requested = signals.requested()});
  progress.epoch_sums.add(result.sums);
  progress.balance_sum += result.balance * static_cast<double>(batch.global_size);
  ++progress.batch;
  ++progress.step;
  progress.grad_norm = result.grad_norm;
  record.trained_images += batch.global_size;
  meter->add(batch.global_size);
  log.progress(meter->line(progress.epoch, config.run.epochs, progress.batch, batches,
                           progress.epoch_sums));
  stop = result.stop_requested;
  bool due = config.run.checkpoint_every > 0 && progress.step % config.run.checkpoint_every == 0;
  if (due && !stop && progress.batch < batches) save();
}

MetricSums Trainer::Run::evaluate_on(const ImageSet& images,
                                     std::span<const std::int64_t> samples) {
  return evaluate(classifier, data.set, images, samples,
                  {.batch = config.run.eval_batch,
                   .step = static_cast<std::uint64_t>(progress.step)},
                  host);
}

void Trainer::Run::close_epoch(EpochRecord& record) {
  classifier.average_running_statistics();
  Clock::time_point start = Clock::now();
  record.validation = evaluate_on(data.set.train, data.split.validation);
  record.validation_seconds = seconds_since(start);
  record.epoch = progress.epoch;
  record.step = progress.step;
  record.learning_rate = rate_of(progress.batch - 1, progress.batch);
  record.grad_norm = progress.grad_norm;
  record.train = progress.epoch_sums;
  record.balance = progress.balance_sum / std::max(progress.epoch_sums.samples(), 1.0);
  record.peak_bytes = backend->allocator().peak_bytes();

  double validation = figures_of(record.validation).accuracy;
  progress.train_accuracy.update(figures_of(record.train).accuracy, progress.epoch);
  if (progress.validation_accuracy.update(validation, progress.epoch)) best_step = progress.step;
  log.end_progress(fmt::format("{}  validation {:.2f} %",
                               meter->line(progress.epoch, config.run.epochs, progress.batch,
                                           progress.batch, progress.epoch_sums),
                               100 * validation));
  agree(world, [&] {
    if (leads()) folder.append_metrics(metrics_line(record));
  });
  ++progress.epoch;
  progress.batch = 0;
  progress.epoch_sums = MetricSums(experts_of(config));
  progress.balance_sum = 0;
  save();
}

void Trainer::Run::save() {
  checkpoints->save({.step = progress.step,
                     .best_step = best_step,
                     .progress = progress.to_text(),
                     .config_text = write_resolved(config)},
                    classifier.state(), sgd);
}

void Trainer::Run::test_best() {
  if (auto best = find_best_checkpoint(folder.path(), world, log))
    load_weights(best->folder, classifier.state(), classifier.grid(), log);
  std::vector<std::int64_t> all = all_samples(data.set.test);
  RunSummary summary{.head = std::string(name_of<HeadKind>(config.model.head.kind, head_choices)),
                     .epochs = config.run.epochs,
                     .train_accuracy = progress.train_accuracy,
                     .validation_accuracy = progress.validation_accuracy,
                     .test = evaluate_on(data.set.test, all),
                     .parameters = classifier.count_parameters()};
  agree(world, [&] {
    if (!leads()) return;
    folder.write_summary(summary_json(summary));
    fmt::print("{}", summary_table(summary));
    fmt::print("run folder: {}\n", folder.path().string());
  });
}

namespace {

TrainConfig validated(TrainConfig config) {
  validate(config.model);
  validate(config.sgd);
  validate(config.schedule, config.sgd.learning_rate, config.run.epochs);
  return config;
}

}  // namespace

Trainer::Trainer(TrainConfig config, Communicator& world, Logger& log, StopSignals& signals)
    : run_(std::make_unique<Run>(validated(std::move(config)), world, log, signals)) {}

Trainer::~Trainer() = default;

ExitCode Trainer::run() { return run_->run(); }

}  // namespace switchyard
