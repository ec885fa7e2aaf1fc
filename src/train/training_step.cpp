#include "train/training_step.hpp"

#include <fmt/ranges.h>

#include <cmath>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

void require_finite(const StepFindings& findings, std::uint64_t step) {
  constexpr const char* kAdvice =
      "checkpoints are as before: resume from the last one, if there is one, with a lower --lr or "
      "with --clip-norm";
  if (!findings.not_finite.empty())
    fail_everywhere(ExitCode::run_failed,
                    fmt::format("the loss is not finite at step {} (on rank {}); {}", step,
                                fmt::join(findings.not_finite, ", "), kAdvice));
  if (!std::isfinite(findings.grad_norm))
    fail_everywhere(ExitCode::run_failed,
                    fmt::format("the gradient is not finite at step {} (its norm is {}); {}", step,
                                findings.grad_norm, kAdvice));
}

}  // namespace

TrainingStep::TrainingStep(DistributedClassifier& classifier, Sgd& sgd, BatchSource& batches,
                           const StepOptions& options)
    : classifier_(classifier),
      sgd_(sgd),
      batches_(batches),
      options_(options),
      gradients_(classifier.state(), classifier.grid()),
      step_(classifier.backend().zeros({1}, DType::i64)),
      learning_rate_(classifier.backend().zeros({1}, DType::f64)),
      stop_(classifier.backend().zeros({1}, DType::f64)),
      failures_(classifier.backend().zeros({1}, DType::f64)),
      work_(classifier.backend(), classifier.grid().world(), options.recorded,
            [this] { return work(); }) {}

std::optional<StepResult> TrainingStep::run(const StepInput& input) {
  Backend& backend = classifier_.backend();
  const auto step = static_cast<std::int64_t>(input.step);
  const double stop = input.stop_requested ? 1 : 0;
  backend.upload(&step, step_);
  backend.upload(&input.learning_rate, learning_rate_);
  backend.upload(&stop, stop_);
  Tensor report = work_.run(input.share.global_size);
  classifier_.state().mark_changed();  // a replay cannot
  Pending pending{backend.start_to_host(report), report.numel(), input.step};
  std::optional<StepResult> before = collect();
  pending_ = std::move(pending);
  return before;
}

std::optional<StepResult> TrainingStep::collect() {
  if (!pending_) return std::nullopt;
  Pending pending = std::move(*std::exchange(pending_, std::nullopt));
  const auto* report = static_cast<const double*>(pending.report->wait());
  StepFindings findings = read_report({report, static_cast<std::size_t>(pending.length)},
                                      classifier_.grid().world().size(), experts());
  require_finite(findings, pending.step);
  return StepResult{.sums = std::move(findings.sums),
                    .balance = findings.balance,
                    .grad_norm = findings.grad_norm,
                    .stop_requested = findings.stop_requested};
}

void TrainingStep::rehearse() {
  const double failed = 1;
  pending_.reset();
  work_.forget();
  classifier_.backend().upload(&failed, failures_);
  work();
}

int TrainingStep::experts() {
  const HeadConfig& head = classifier_.model().config().head;
  return head.is_moe() ? head.experts : 0;
}

// Everything here is enqueued only, or a step between kernels where ranks exchange something, and
// reads what changes from step to step out of tensors.
Tensor TrainingStep::work() {
  Backend& backend = classifier_.backend();
  Recorder* recorder = backend.recorder();
  Batch batch = make_batch();
  Tape tape(backend, Recording::on);
  ForwardContext context = classifier_.context(tape, Mode::train, batch.sample_ids, step_);
  auto output = classifier_.model().forward(context, tape.constant(batch.images));
  Objective objective = measure_objective(context, output.head, batch);
  StepReport report = start_report(objective, output.head, batch);
  output = {};

  gradients_.attach(tape);
  tape.on_step = [&report, sums = std::move(tape.on_step)] {
    sums();
    report.progress();
  };
  tape.backward(objective.share, backend.full({1}, objective.share.dtype(), 1.0));
  gradients_.finish();
  {
    const ZoneScope zone(recorder, Zone::report);
    report.finish();
    backend.accumulate(failures_, report.failures());
  }
  const ZoneScope zone(recorder, Zone::optimizer);
  GradientClip clipped = clip();
  sgd_.step({learning_rate_, clipped.factor, failures_});
  // Nobody reads them any more: their memory is worth more.
  for (Parameter& p : classifier_.state().parameters()) p.grad = Dual();
  classifier_.average_running_statistics(batch.size(), batch.global_size);
  return report.with(objective.balance, clipped.norm);
}

Batch TrainingStep::make_batch() {
  const ZoneScope zone(classifier_.backend().recorder(), Zone::augment);
  return batches_.make();
}

Objective TrainingStep::measure_objective(const ForwardContext& context, const HeadOutput& output,
                                          const Batch& batch) {
  const ZoneScope zone(classifier_.backend().recorder(), Zone::loss);
  return training_objective(context, output, batch.labels.reshape({batch.size(), 1}),
                            batch.global_size, classifier_.model().config().head,
                            options_.objective);
}

StepReport TrainingStep::start_report(const Objective& objective, const HeadOutput& output,
                                      const Batch& batch) {
  Backend& backend = classifier_.backend();
  const ZoneScope zone(backend.recorder(), Zone::report);
  return {classifier_, objective.share.value(), stop_,
          measure(backend, output, batch.labels, objective.cross_entropy_sum)};
}

GradientClip TrainingStep::clip() {
  Backend& backend = classifier_.backend();
  if (options_.clip_norm == 0) return {backend.zeros({1}, DType::f64), Tensor()};
  GradientClip clipped =
      clip_gradients(classifier_.state(), classifier_.grid(), options_.clip_norm);
  backend.accumulate(failures_, backend.not_finite(clipped.norm));
  return clipped;
}

}  // namespace switchyard
