#pragma once
// In which order an epoch visits the samples, and which of them a rank gets.
//
// The order is global: every rank computes the same one, cuts the same batches out of it and takes
// its share of each.

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"

namespace switchyard {

/// `indices` in the random order of this epoch, keyed by (seed, epoch).
std::vector<std::int64_t> epoch_order(std::span<const std::int64_t> indices, std::uint64_t seed,
                                      std::int64_t epoch);

/// Batches of an epoch, a short last one counted.
std::int64_t batch_count(std::int64_t samples, std::int64_t batch_size);

/// Global batch number `batch`, 0..batch_count-1; the last one may be short.
std::span<const std::int64_t> global_batch(std::span<const std::int64_t> order,
                                           std::int64_t batch_size, std::int64_t batch);

/// Positions [begin, end) of a batch.
struct Share {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
};

/// The contiguous share of `count` positions that `rank` of `world` gets: sizes differ by at most
/// one, and are 0 for some ranks where count < world.
Share shard(std::int64_t count, Rank rank, int world);

}  // namespace switchyard
