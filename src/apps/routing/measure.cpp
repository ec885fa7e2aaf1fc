#include "apps/routing/measure.hpp"

#include "ops/softmax.hpp"
#include "profile/step_scope.hpp"

namespace switchyard {
namespace {

// This rank's share of a batch: adds its samples, and their metrics to `total`.
void add_batch(DistributedClassifier& classifier, const Batch& batch, RoutedSamples& samples,
               Tensor& total) {
  Backend& backend = classifier.backend();
  Tape tape(backend, Recording::off);
  const ForwardContext context = classifier.context(tape, Mode::eval, batch.sample_ids);
  const auto output = classifier.model().forward(context, tape.constant(batch.images));
  const Tensor labels = batch.labels.reshape({batch.size(), 1});
  const Variable loss = cross_entropy_sum(tape, output.head.logits, labels, 0.0);
  backend.accumulate(total, measure(backend, output.head, batch.labels, loss.value()));
  samples.add(classifier, context, output, batch.labels);
}

void sum_over_ranks(RoutingSums& sums, Communicator& world) {
  std::int64_t count = 0;
  for (const std::vector<double>* part : sums.parts()) count += std::ssize(*part);
  const std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor all(*host, {count}, DType::f64);
  double* next = all.data<double>();
  for (const std::vector<double>* part : sums.parts()) next = std::ranges::copy(*part, next).out;
  world.all_reduce_sum(all);
  const double* from = all.data<double>();
  for (std::vector<double>* part : sums.parts())
    for (double& value : *part) value = *from++;
}

}  // namespace

RoutingMeasurement measure_routing(DistributedClassifier& classifier, BatchSource& batches,
                                   std::span<const std::int64_t> samples, std::int64_t batch) {
  Backend& backend = classifier.backend();
  Communicator& world = classifier.grid().world();
  const ModelConfig& model = classifier.model().config();
  RoutedSamples routed(model.head.experts, model.classes);
  Tensor total = backend.zeros({1, count_of_sums(model.head.experts)}, DType::f64);
  batches.start({.order = {samples.begin(), samples.end()},
                 .batch_size = batch,
                 .rank = world.rank(),
                 .world = world.size()},
                0);
  for (std::int64_t number = 0;; ++number) {
    StepScope profiled_step(backend.recorder(), StepKind::evaluation, number);
    if (!next_share(batches, backend.recorder())) break;
    add_batch(classifier, batches.make(), routed, total);
    profiled_step.end();
  }
  MetricSums metrics(model.head.experts);
  backend.to_host(classifier.batch().sum(total), metrics.values().data());
  RoutingSums sums = routing_sums(routed, gate_rule(model.head));
  sum_over_ranks(sums, world);
  return {std::move(metrics), std::move(sums), std::move(routed)};
}

}  // namespace switchyard
