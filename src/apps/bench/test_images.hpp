#pragma once
// The images of a run's test set that an inference benchmark measures with.

#include "apps/trained_run.hpp"
#include "data/batch.hpp"
#include "machine/machine.hpp"

namespace switchyard {

/// Reads the data set. Error(bad_usage) where it has fewer test images than a batch of `size`: only
/// full ones are measured. Collective.
TrainingData load_test_images(const DataConfig& config, std::int64_t size, Communicator& world);

/// This rank's share of the first `size` test images. Collective.
Batch first_test_images(const TrainingData& data, std::int64_t size, Machine& machine, DType dtype);

}  // namespace switchyard
