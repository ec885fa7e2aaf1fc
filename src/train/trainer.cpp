#include "train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/config/config.hpp"
#include "base/elapsed.hpp"
#include "data/sampler.hpp"
#include "data/split.hpp"
#include "parallel/sharded_vector.hpp"
#include "profile/step_scope.hpp"
#include "train/agreement.hpp"
#include "train/batch_fit.hpp"
#include "train/checkpoint/load.hpp"
#include "train/epoch_report.hpp"
#include "train/evaluation.hpp"
#include "train/events/epoch_events.hpp"
#include "train/resumption.hpp"

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;

TrainConfig validated(TrainConfig config, const Communicator& world) {
  SY_REQUIRE(!(config.run.resume && config.run.overwrite), ExitCode::bad_usage,
             "--resume goes on with the run in the folder and --overwrite removes it; give one of "
             "the two");
  validate(config.model);
  validate(config.objective, config.model.head);
  choose_expert_parallel(config.execution.ep, world.size(), config.model.head);
  validate(config.sgd);
  validate(config.schedule, config.sgd.learning_rate, config.run.epochs);
  return config;
}

ModelConfig with_classes(ModelConfig model, int classes) {
  model.classes = classes;
  return model;
}

int experts_of(const TrainConfig& config) {
  return config.model.head.is_moe() ? config.model.head.experts : 0;
}

}  // namespace

Trainer::Trainer(TrainConfig config, Machine& machine, Logger& log, StopSignals& signals)
    : machine_(machine),
      world_(machine.world()),
      log_(log),
      signals_(signals),
      config_(validated(std::move(config), world_)),
      recorded_(records_steps(config_.execution.graphs, machine_)),
      data_(load_training_data(config_.data, world_)),
      classifier_(machine_.backend(), world_, with_classes(config_.model, data_.set.classes()),
                  distributed_options(config_)),
      images_(machine_.backend(), data_.set, data_.set.train),
      batches_(images_.batches({.augmentation = config_.data.augmentation,
                                .seed = config_.run.seed,
                                .dtype = classifier_.image_dtype()})),
      sgd_(classifier_.state(), config_.sgd),
      step_(classifier_, sgd_, *batches_,
            {.objective = config_.objective,
             .clip_norm = config_.sgd.clip_norm,
             .recorded = recorded_}),
      folder_(config_.run.folder) {
  progress_.epoch_sums = MetricSums(experts_of(config_));
}

void Trainer::prepare_folder() {
  agree(world_, [&] {
    if (!leads()) return;
    if (config_.run.resume) {
      SY_REQUIRE(std::filesystem::exists(folder_.checkpoints()), ExitCode::bad_data,
                 "{} has no checkpoint to resume from; start the run without --resume (and with "
                 "--overwrite where the folder holds a run)",
                 folder_.path().string());
      return;
    }
    SY_REQUIRE(config_.run.overwrite || !folder_.holds_run(), ExitCode::bad_usage,
               "{} holds a run already; continue it with --resume, replace it and what was made of "
               "it with --overwrite, or choose another folder with --out",
               folder_.path().string());
    folder_.start_anew();
  });
  checkpoints_.emplace(folder_.path(), classifier_.grid(), config_.run.keep_checkpoints, log_);
  if (config_.run.resume) resume();
  agree(world_, [&] {
    if (!leads()) return;
    folder_.write_config(replayable_config());
    folder_.write_build();
    folder_.drop_metrics_from(progress_.epoch);
    if (config_.run.tensorboard) events_.emplace(folder_.path(), progress_.step + 1);
  });
}

void Trainer::resume() {
  auto newest = find_latest_checkpoint(folder_.path(), world_, log_);
  if (!newest)
    fail_everywhere(ExitCode::bad_data,
                    fmt::format("{} has no checkpoint to resume from; start the run without "
                                "--resume",
                                folder_.path().string()));
  load_checkpoint(*newest, classifier_.state(), sgd_, classifier_.grid(), log_);
  progress_ = Progress::from_text(newest->manifest.progress);
  best_step_ = newest->manifest.best_step;
  check_changes();
  checkpoints_->tidy(progress_.step, best_step_);
  log_.info("resumed from {} (epoch {}, step {})", newest->folder.string(), progress_.epoch,
            progress_.step);
}

void Trainer::check_changes() {
  agree(world_, [&] {
    if (!leads() || !std::filesystem::exists(folder_.config_file())) return;
    TrainConfig before;
    read_config(before, {"--config", folder_.config_file().string()});
    auto changes = training_changes(before, config_);
    for (const ConfigChange& change : changes)
      log_.warning("resumed with another --{}: {} (the run had {})", change.key, change.now,
                   change.before);
    if (progress_.batch > 0) require_same_epoch(changes);
  });
}

std::int64_t Trainer::images_left() const {
  auto per_epoch = static_cast<std::int64_t>(data_.split.train.size());
  return per_epoch * (config_.run.epochs - progress_.epoch + 1) -
         progress_.batch * config_.run.batch;
}

ExitCode Trainer::run() {
  if (const Recorder* recorder = machine_.backend().recorder())
    require_within(recorder->window(), batches_of_epoch() * config_.run.epochs);
  prepare_folder();
  const ProcessGrid& grid = classifier_.grid();
  log_.info(
      "{}: {} training, {} validation, {} test images; {} head; {} ranks = dp {} x ep {}; "
      "{}",
      data_.set.name, data_.split.train.size(), data_.split.validation.size(),
      data_.set.test.size(), name_of<HeadKind>(config_.model.head.kind, head_choices),
      world_.size(), grid.dp(), grid.ep(), machine_.description());
  meter_.emplace(images_left());
  while (progress_.epoch <= config_.run.epochs) {
    EpochRecord record;
    if (train_epoch(record) == Outcome::stop_requested) {
      save();
      log_.end_progress("stopped on request after a checkpoint; continue with --resume");
      return ExitCode::requeue_me;
    }
    close_epoch(record);
  }
  test_best();
  return ExitCode::done;
}

std::int64_t Trainer::batches_of_epoch() const {
  return batch_count(static_cast<std::int64_t>(data_.split.train.size()), config_.run.batch);
}

Trainer::Outcome Trainer::train_epoch(EpochRecord& record) {
  BatchPlan plan{.order = epoch_order(data_.split.train, config_.run.seed, progress_.epoch),
                 .batch_size = config_.run.batch,
                 .first_batch = progress_.batch,
                 .rank = world_.rank(),
                 .world = world_.size()};
  const std::int64_t batches = batches_of_epoch();
  batches_->start(std::move(plan), progress_.epoch);
  meter_->start_epoch();
  Clock::time_point start = Clock::now();
  Recorder* recorder = machine_.backend().recorder();
  while (!stop_requested_) {
    StepScope profiled_step(recorder, StepKind::training, progress_.step);
    const std::optional<BatchShare> share = next_share(*batches_, recorder);
    if (!share) break;
    take_step(*share);
    record.trained_images += share->global_size;
    bool due =
        config_.run.checkpoint_every > 0 && progress_.step % config_.run.checkpoint_every == 0;
    if (due && progress_.batch < batches) {
      collect();
      if (!stop_requested_) save();
    }
    profiled_step.end();
  }
  collect();
  record.train_seconds = seconds_since(start);
  return stop_requested_ ? Outcome::stop_requested : Outcome::finished;
}

double Trainer::rate_of(std::int64_t batch, std::int64_t batches) const {
  return learning_rate(config_.schedule, config_.sgd.learning_rate,
                       {.epochs = config_.run.epochs,
                        .epoch = progress_.epoch - 1,
                        .step = batch,
                        .steps_per_epoch = batches});
}

void Trainer::take_step(const BatchShare& share) {
  try {
    note(step_.run({.share = share,
                    .step = static_cast<std::uint64_t>(progress_.step),
                    .learning_rate = rate_of(progress_.batch, batches_of_epoch()),
                    .stop_requested = signals_.requested()}));
  } catch (const OutOfMemory& error) {
    explain(error, share.global_size);
  }
  if (recorded_ && !step_.recorded()) {
    log_.warning("steps are enqueued one by one: there is no memory left to record them in");
    recorded_ = false;
  }
  ++progress_.batch;
  ++progress_.step;
  meter_->add(share.global_size);
}

void Trainer::note(const std::optional<StepResult>& result) {
  if (!result) return;
  progress_.epoch_sums.add(result->sums);
  progress_.balance_sum += result->balance * result->sums.samples();
  progress_.grad_norm = result->grad_norm;
  stop_requested_ |= result->stop_requested;
  log_.progress(meter_->line(progress_.epoch, config_.run.epochs, progress_.batch,
                             batches_of_epoch(), progress_.epoch_sums));
}

// The others wait for a rank that has run out of memory: it cannot try smaller steps with them.
void Trainer::explain(const OutOfMemory& error, std::int64_t batch) {
  if (world_.size() > 1) throw error;
  std::int64_t fits =
      batch_that_fits(machine_.backend().allocator(), batch, [this](std::int64_t images) {
        batches_->start({.order = data_.split.train, .batch_size = images}, progress_.epoch);
        batches_->next();
        step_.rehearse();
      });
  std::string advice =
      fits > 0 ? fmt::format("{} images would fit: give --batch {}", fits, fits)
               : "not even one image would fit: give a smaller --width or --expert-hidden";
  fail_everywhere(ExitCode::run_failed,
                  fmt::format("a training step of {} images needs more memory than there is "
                              "({}); {}",
                              batch, error.what(), advice));
}

MetricSums Trainer::evaluate_on(const ImagePool& images, std::span<const std::int64_t> samples) {
  auto batches = images.batches({.dtype = classifier_.image_dtype()});
  return evaluate(classifier_, *batches, samples,
                  {.batch = config_.run.eval_batch,
                   .step = static_cast<std::uint64_t>(progress_.step),
                   .recorded = recorded_});
}

void Trainer::close_epoch(EpochRecord& record) {
  std::string trained = meter_->line(progress_.epoch, config_.run.epochs, progress_.batch,
                                     progress_.batch, progress_.epoch_sums);
  Clock::time_point start = Clock::now();
  record.validation = evaluate_on(images_, data_.split.validation);
  record.validation_seconds = seconds_since(start);
  Figures validation = figures_of(record.validation);
  require_finite("the validation loss is", validation.loss);
  record.epoch = progress_.epoch;
  record.step = progress_.step;
  record.learning_rate = rate_of(progress_.batch - 1, progress_.batch);
  record.grad_norm = progress_.grad_norm;
  record.train = progress_.epoch_sums;
  record.balance = progress_.balance_sum / std::max(progress_.epoch_sums.samples(), 1.0);
  record.device = machine_.description();
  record.peak_bytes = machine_.backend().allocator().peak_bytes();
  record.reserved_bytes = machine_.reserved_bytes();

  progress_.train_accuracy.update(figures_of(record.train).accuracy, progress_.epoch);
  if (progress_.validation_accuracy.update(validation.accuracy, progress_.epoch))
    best_step_ = progress_.step;
  log_.end_progress(fmt::format("{}  validation {:.2f} %", trained, 100 * validation.accuracy));
  write_epoch(record);
  ++progress_.epoch;
  progress_.batch = 0;
  progress_.epoch_sums = MetricSums(experts_of(config_));
  progress_.balance_sum = 0;
  save();
}

void Trainer::write_epoch(const EpochRecord& record) {
  const int every = config_.run.histograms_every;
  const bool last = record.epoch == config_.run.epochs;
  EventValues values;
  if (config_.run.tensorboard && every > 0 && (record.epoch % every == 0 || last))
    add_parameter_histograms(classifier_, values);
  agree(world_, [&] {
    if (!leads()) return;
    const std::string line = metrics_line(record);
    folder_.append_metrics(line);
    if (!events_) return;
    add_scalars(line, values);
    events_->append(record.step, values);
  });
}

// How a run was started is no part of what it is.
std::string Trainer::replayable_config() const {
  TrainConfig replayable = config_;
  replayable.run.resume = replayable.run.overwrite = false;
  replayable.profile = {};
  return write_resolved(replayable);
}

// A step checks its loss before it updates the parameters; what the update made of them shows here.
void Trainer::require_finite(const std::string& what, double value) {
  if (std::isfinite(value)) return;
  fail_everywhere(
      ExitCode::run_failed,
      fmt::format("{} not finite after step {}; checkpoints are as before: resume from "
                  "the last one, if there is one, with a lower --lr or with --clip-norm",
                  what, progress_.step));
}

void Trainer::save() {
  const ZoneScope zone(machine_.backend().recorder(), Zone::checkpoint);
  auto value = [](const Parameter& p) -> const Tensor& { return p.value; };
  require_finite("the parameters are",
                 sharded_dot(classifier_.state(), classifier_.grid(), value, value));
  checkpoints_->save(
      {.step = progress_.step, .best_step = best_step_, .progress = progress_.to_text()},
      classifier_.state(), sgd_);
}

// Where the best checkpoint is damaged the last parameters are tested, rather than nothing.
void Trainer::load_best() {
  try {
    if (auto best = find_best_checkpoint(folder_.path(), world_, log_))
      load_weights(*best, classifier_.state(), classifier_.grid(), log_);
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    if (leads()) log_.warning("testing the last parameters, not the best: {}", error.what());
  }
}

void Trainer::test_best() {
  load_best();
  ImagePool images(machine_.backend(), data_.set, data_.set.test);
  std::vector<std::int64_t> all = all_samples(data_.set.test);
  RunSummary summary{.head = std::string(name_of<HeadKind>(config_.model.head.kind, head_choices)),
                     .epochs = config_.run.epochs,
                     .train_accuracy = progress_.train_accuracy,
                     .validation_accuracy = progress_.validation_accuracy,
                     .test = evaluate_on(images, all),
                     .parameters = classifier_.count_parameters()};
  agree(world_, [&] {
    if (!leads()) return;
    folder_.write_summary(summary_json(summary));
    fmt::print("{}", summary_table(summary));
    fmt::print("run folder: {}\n", folder_.path().string());
  });
}

}  // namespace switchyard
