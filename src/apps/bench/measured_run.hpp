#pragma once
// A trained run whose weights and test images are measured with.

#include "apps/bench/inference_config.hpp"
#include "apps/trained_run.hpp"

namespace switchyard {

struct MeasuredRun {
  RunFolder folder;
  HeadKind head;  ///< that it has trained
  TrainingData data;
};

/// Opens the run that `config` names and sets its number of classes. Error(bad_usage) for a data
/// set with fewer test images than a batch: only full ones are measured. Collective.
MeasuredRun open_run(InferenceBenchConfig& config, HeadKind trained, Communicator& world);

/// This rank's share of the first `size` test images. Collective.
Batch first_test_images(const TrainingData& data, std::int64_t size, Machine& machine, DType dtype);

}  // namespace switchyard
