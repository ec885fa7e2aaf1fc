#include "train/evaluation.hpp"

#include "ops/softmax.hpp"
#include "profile/step_scope.hpp"
#include "train/recorded_work.hpp"

namespace switchyard {
namespace {

Tensor measure_batch(DistributedClassifier& classifier, const Batch& batch, const Tensor& step,
                     const PassObserver& observer) {
  Backend& backend = classifier.backend();
  Tape tape(backend, Recording::off);
  ForwardContext context = classifier.context(tape, Mode::eval, batch.sample_ids, step);
  auto output = classifier.model().forward(context, tape.constant(batch.images));
  if (observer) observer(context, batch, output);
  const ZoneScope zone(backend.recorder(), Zone::loss);
  Tensor labels = batch.labels.reshape({batch.size(), 1});
  Variable loss = cross_entropy_sum(tape, output.head.logits, labels, 0.0);
  return measure(backend, output.head, batch.labels, loss.value());
}

}  // namespace

MetricSums evaluate(DistributedClassifier& classifier, BatchSource& batches,
                    std::span<const std::int64_t> samples, const EvaluationSpec& spec) {
  Backend& backend = classifier.backend();
  Communicator& world = classifier.grid().world();
  const HeadConfig& head = classifier.model().config().head;
  MetricSums sums(head.is_moe() ? head.experts : 0);
  Tensor total = backend.zeros({1, count_of_sums(sums.experts())}, DType::f64);
  const auto key = static_cast<std::int64_t>(spec.step);
  Tensor step = backend.from_host(&key, {1}, DType::i64);
  RecordedWork work(backend, world, spec.recorded && !spec.observer,
                    [&] { return measure_batch(classifier, batches.make(), step, spec.observer); });
  batches.start({.order = {samples.begin(), samples.end()},
                 .batch_size = spec.batch,
                 .rank = world.rank(),
                 .world = world.size()},
                0);
  Recorder* recorder = backend.recorder();
  for (std::int64_t number = 0;; ++number) {
    StepScope profiled_step(recorder, StepKind::evaluation, number);
    const std::optional<BatchShare> share = next_share(batches, recorder);
    if (!share) break;
    backend.accumulate(total, work.run(share->global_size));
    profiled_step.end();
  }
  backend.to_host(classifier.batch().sum(total), sums.values().data());
  return sums;
}

}  // namespace switchyard
