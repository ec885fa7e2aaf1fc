#include "train/evaluation.hpp"

#include <algorithm>

#include "data/batch_loader.hpp"
#include "ops/softmax.hpp"

namespace switchyard {

void reduce(DistributedClassifier& classifier, MetricSums& sums) {
  Backend& backend = classifier.backend();
  auto& values = sums.values();
  Tensor own =
      backend.from_host(values.data(), {static_cast<std::int64_t>(values.size())}, DType::f64);
  backend.to_host(classifier.batch().sum(own), values.data());
}

MetricSums evaluate(DistributedClassifier& classifier, const Dataset& data, const ImageSet& images,
                    std::span<const std::int64_t> samples, const EvaluationSpec& spec,
                    std::shared_ptr<Allocator> host) {
  Communicator& world = classifier.grid().world();
  BatchPlan plan{.order = {samples.begin(), samples.end()},
                 .batch_size = spec.batch,
                 .rank = world.rank(),
                 .world = world.size()};
  PixelOptions pixels{.dtype = classifier.dtype()};
  BatchLoader loader(data, images, std::move(plan), pixels, std::move(host));

  const HeadConfig& head = classifier.model().config().head;
  int experts = head.is_moe() ? head.experts : 0;
  MetricSums total(experts);
  while (auto batch = loader.next()) {
    Tape tape(classifier.backend(), Recording::off);
    ForwardContext context = classifier.context(tape, Mode::eval, batch->sample_ids, spec.step);
    auto output = classifier.model().forward(context, tape.constant(batch->images));
    Tensor labels = batch->labels.reshape({batch->size(), 1});
    Variable loss = cross_entropy_sum(tape, output.head.logits, labels, 0.0);
    total.add(measure(classifier.backend(), output.head, batch->labels, loss.value(), experts));
  }
  reduce(classifier, total);
  return total;
}

}  // namespace switchyard
