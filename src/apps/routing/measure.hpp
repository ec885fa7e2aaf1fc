#pragma once
// One pass over samples for their routing.

#include <span>

#include "analysis/routing/routed_samples.hpp"
#include "analysis/routing/routing_sums.hpp"
#include "train/batch_source.hpp"
#include "train/metric_sums.hpp"

namespace switchyard {

struct RoutingMeasurement {
  MetricSums metrics;     ///< of all ranks' samples
  RoutingSums sums;       ///< the same
  RoutedSamples samples;  ///< this rank's
};

/// Of `samples`, of the images that `batches` makes, `batch` at a time, by a model with experts in
/// evaluation mode. Collective.
RoutingMeasurement measure_routing(DistributedClassifier& classifier, BatchSource& batches,
                                   std::span<const std::int64_t> samples, std::int64_t batch);

}  // namespace switchyard
