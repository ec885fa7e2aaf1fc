#pragma once
// The data set of a run and how it is split.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "data/split.hpp"
#include "train/config.hpp"

namespace switchyard {

struct TrainingData {
  Dataset set;
  Split split;  ///< of set.train
};

/// Reads the data set and splits its training pool. Throws Error, on all ranks, for bad data, or
/// where there are too few images for what was asked. Collective.
TrainingData load_training_data(const DataConfig& config, Communicator& world);

/// 0, 1, ..., N-1.
std::vector<std::int64_t> all_samples(const ImageSet& images);

}  // namespace switchyard
