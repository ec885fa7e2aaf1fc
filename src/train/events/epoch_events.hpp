#pragma once
// What TensorBoard shows of an epoch.

#include "parallel/distributed_classifier.hpp"
#include "train/epoch_report.hpp"
#include "train/events/event_file.hpp"

namespace switchyard {

/// The numbers of its line in metrics.jsonl, under the same names with / between them; the numbers
/// of each expert under .../expert-E.
void add_scalars(const EpochRecord& record, EventValues& values);

/// A histogram of each parameter of the model, on whatever rank it is, under parameters/NAME.
/// Complete on rank 0. Collective.
void add_parameter_histograms(DistributedClassifier& classifier, EventValues& values);

}  // namespace switchyard
