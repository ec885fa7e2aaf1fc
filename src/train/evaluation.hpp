#pragma once
// Accuracy and routing of a model on a set of samples.

#include <functional>
#include <span>

#include "parallel/distributed_classifier.hpp"
#include "train/batch_source.hpp"
#include "train/metric_sums.hpp"

namespace switchyard {

/// Sees this rank's share of a batch when it has been through the model in `context`. Collective.
using PassObserver = std::function<void(const ForwardContext& context, const Batch& batch,
                                        const Classifier::Output& output)>;

struct EvaluationSpec {
  std::int64_t batch = 256;    ///< global batch size
  std::uint64_t step = 0;      ///< key of the gate noise, where evaluation has any
  bool recorded = false;       ///< the forward pass is recorded, but for what ranks exchange, and
                               ///< replayed
  PassObserver observer = {};  ///< of every pass; then nothing is recorded
};

/// Sums over `samples` of the images that `batches` makes, in evaluation mode, the same on every
/// rank. Collective.
MetricSums evaluate(DistributedClassifier& classifier, BatchSource& batches,
                    std::span<const std::int64_t> samples, const EvaluationSpec& spec);

}  // namespace switchyard
