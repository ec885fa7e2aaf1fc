#pragma once
// The fixed samples that a curvature is measured on.

#include <cstdint>
#include <string>
#include <vector>

#include "apps/curvature/config.hpp"
#include "data/batch.hpp"

namespace switchyard {

/// The first `samples` of a random order of the part's images (torch.randperm's of the same seed,
/// applied to the part's own list), as indices of its image set; all of them, in the part's order,
/// for 0. Throws Error(bad_usage) where there are fewer.
std::vector<std::int64_t> choose_samples(const TrainingData& data, const MatrixConfig& config);

/// CRC-32 of the indices: equal lists of samples have equal ones.
std::uint32_t checksum_of(const std::vector<std::int64_t>& samples);

/// This rank's share of every global batch of the samples, without augmentation, in the backend's
/// memory.
std::vector<Batch> make_batches(const TrainingData& data, const MatrixConfig& config,
                                const std::vector<std::int64_t>& samples, DType dtype,
                                Backend& backend, const Communicator& world);

}  // namespace switchyard
