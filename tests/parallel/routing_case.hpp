#pragma once
// Routings that are pure functions of the global sample, dealt out unevenly over a group.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "ops/backend.hpp"

namespace switchyard::test {

struct RoutingCase {
  int experts = 5;
  int k = 2;
  /// Samples of each rank of the group; 0 is allowed.
  std::vector<std::int64_t> samples;
  /// Choices come from these alone: the others get no tokens.
  std::vector<int> used = {};

  std::int64_t first_sample(int rank) const {
    std::int64_t first = 0;
    for (int r = 0; r < rank; ++r) first += samples[static_cast<std::size_t>(r)];
    return first;
  }
  std::int64_t total() const { return first_sample(static_cast<int>(samples.size())); }

  /// The expert of a sample's j-th choice; a sample's choices differ.
  int expert(std::int64_t sample, int j) const {
    int options = used.empty() ? experts : static_cast<int>(used.size());
    int option = static_cast<int>((sample * sample + 2 * sample + j * (1 + sample % 2)) % options);
    return used.empty() ? option : used[static_cast<std::size_t>(option)];
  }
  /// (last - first, k) i32.
  Tensor chosen(Backend& backend, std::int64_t first, std::int64_t last) const {
    std::vector<std::int32_t> values;
    for (std::int64_t s = first; s < last; ++s)
      for (int j = 0; j < k; ++j) values.push_back(expert(s, j));
    return backend.from_host(values.data(), {last - first, k}, DType::i32);
  }
  Tensor sample_ids(Backend& backend, std::int64_t first, std::int64_t last) const {
    std::vector<std::int64_t> ids;
    for (std::int64_t s = first; s < last; ++s) ids.push_back(1000 + 3 * s);
    return backend.from_host(ids.data(), {last - first}, DType::i64);
  }
};

/// Even and uneven shares, a rank without samples, no samples at all, experts without tokens.
inline std::vector<RoutingCase> routing_cases(int ranks) {
  auto n = static_cast<std::size_t>(ranks);
  std::vector<std::int64_t> uneven(n), holes(n);
  for (std::size_t r = 0; r < n; ++r) {
    uneven[r] = static_cast<std::int64_t>(3 + 2 * r);
    holes[r] = r % 2 == 1 ? 0 : 4;
  }
  std::vector<std::int64_t> even(n, 4), none(n, 0);
  return {{.samples = even},
          {.experts = 7, .k = 3, .samples = uneven},
          {.samples = holes},
          {.samples = none},
          {.k = 1, .samples = uneven, .used = {3}},
          {.samples = uneven, .used = {0, 2, 4}}};
}

}  // namespace switchyard::test
