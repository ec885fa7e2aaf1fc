#include "data/split.hpp"

#include <numeric>
#include <random>
#include <utility>

#include "base/error.hpp"

namespace switchyard {

std::vector<std::int64_t> random_permutation(std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(static_cast<std::uint32_t>(seed));
  for (std::size_t i = 0; i + 1 < order.size(); ++i)
    std::swap(order[i], order[i + random() % (order.size() - i)]);
  return order;
}

Split split_pool(std::int64_t n, std::int64_t validation, std::uint64_t seed) {
  SY_REQUIRE(validation >= 0 && validation < n, ExitCode::bad_usage,
             "cannot put {} of {} training images aside for validation; choose 0 to {}", validation,
             n, n - 1);
  const auto order = random_permutation(n, seed);
  const auto middle = order.begin() + (n - validation);
  return {{order.begin(), middle}, {middle, order.end()}};
}

}  // namespace switchyard
