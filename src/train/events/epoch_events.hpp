#pragma once
// What TensorBoard shows of an epoch.

#include <string_view>

#include "parallel/distributed_classifier.hpp"
#include "train/events/event_file.hpp"

namespace switchyard {

/// The numbers of its line in metrics.jsonl, under the names of metrics.csv; the step is the
/// event's.
void add_scalars(std::string_view metrics_line, EventValues& values);

/// A histogram of each parameter of the model, on whatever rank it is, under parameters/NAME.
/// Complete on rank 0. Collective.
void add_parameter_histograms(DistributedClassifier& classifier, EventValues& values);

}  // namespace switchyard
