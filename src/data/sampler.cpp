#include "data/sampler.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"

namespace switchyard {

std::vector<std::int64_t> epoch_order(std::span<const std::int64_t> indices, std::uint64_t seed,
                                      std::int64_t epoch) {
  const RandomStream random(seed, RandomPurpose::epoch_shuffle, static_cast<std::uint64_t>(epoch));
  std::vector<std::int64_t> order(indices.begin(), indices.end());
  for (std::size_t i = 0; i + 1 < order.size(); ++i)
    std::swap(order[i], order[i + random.below(order.size() - i, i, 0)]);
  return order;
}

std::int64_t batch_count(std::int64_t samples, std::int64_t batch_size) {
  SY_REQUIRE(batch_size >= 1, ExitCode::bad_usage,
             "batch size {} is not positive; choose 1 or more", batch_size);
  return (samples + batch_size - 1) / batch_size;
}

std::span<const std::int64_t> global_batch(std::span<const std::int64_t> order,
                                           std::int64_t batch_size, std::int64_t batch) {
  const auto begin = static_cast<std::size_t>(batch * batch_size);
  SY_ASSERT(batch >= 0 && begin < order.size());
  return order.subspan(begin, std::min(static_cast<std::size_t>(batch_size), order.size() - begin));
}

Share shard(std::int64_t count, Rank rank, int world) {
  return {count * rank.value / world, count * (rank.value + 1) / world};
}

}  // namespace switchyard
