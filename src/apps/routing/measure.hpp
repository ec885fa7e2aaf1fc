#pragma once
// One pass over samples for their routing.

#include <span>
#include <vector>

#include "analysis/routing/routing_sums.hpp"
#include "apps/routing/sample_table.hpp"
#include "train/batch_source.hpp"
#include "train/metric_sums.hpp"

namespace switchyard {

struct RoutingMeasurement {
  MetricSums metrics;
  RoutingSums sums;
  std::vector<SampleLine> lines;  ///< by sample
};

/// Of `samples`, of the images that `batches` makes, `batch` at a time, by a model with experts in
/// evaluation mode; the same on every rank. Collective.
RoutingMeasurement measure_routing(DistributedClassifier& classifier, BatchSource& batches,
                                   std::span<const std::int64_t> samples, std::int64_t batch);

}  // namespace switchyard
