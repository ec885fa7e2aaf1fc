#include "apps/routing/measure.hpp"

#include <algorithm>
#include <iterator>

#include "train/evaluation.hpp"

namespace switchyard {
namespace {

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
  const ModelConfig& model = classifier.model().config();
  const GateRule rule = gate_rule(model.head);
  RoutingSums sums(model.head.experts, model.classes);
  std::vector<SampleLine> lines;
  MetricSums metrics =
      evaluate(classifier, batches, samples,
               {.batch = batch,
                .observer = [&](const ForwardContext& context, const Batch& share,
                                const Classifier::Output& output) {
                  RoutedSamples routed(model.head.experts, model.classes);
                  routed.add(classifier, context, output, share.labels);
                  sums.add(routing_sums(routed, rule));
                  std::ranges::copy(sample_lines(routed), std::back_inserter(lines));
                }});
  Communicator& world = classifier.grid().world();
  sum_over_ranks(sums, world);
  return {std::move(metrics), std::move(sums), gather_lines(lines, world)};
}

}  // namespace switchyard
