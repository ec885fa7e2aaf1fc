#pragma once
// Accuracy and routing of a model on a set of samples.

#include <memory>
#include <span>

#include "data/dataset.hpp"
#include "parallel/distributed_classifier.hpp"
#include "train/metric_sums.hpp"

namespace switchyard {

struct EvaluationSpec {
  std::int64_t batch = 256;  ///< global batch size
  std::uint64_t step = 0;    ///< key of the gate noise, where evaluation has any
};

/// Sums over `samples` of `images`, in evaluation mode, the same on every rank. Collective.
MetricSums evaluate(DistributedClassifier& classifier, const Dataset& data, const ImageSet& images,
                    std::span<const std::int64_t> samples, const EvaluationSpec& spec,
                    std::shared_ptr<Allocator> host);

/// The sum over all ranks. Collective.
void reduce(DistributedClassifier& classifier, MetricSums& sums);

}  // namespace switchyard
