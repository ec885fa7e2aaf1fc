#include "analysis/apportionment.hpp"

#include <numeric>

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

std::int64_t sum(const Numbers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

}  // namespace

Numbers apportion(std::int64_t total, const Numbers& weights) {
  const std::int64_t all = sum(weights);
  if (all == 0) return weights;
  Numbers shares;
  std::int64_t before = 0, given = 0;
  for (std::int64_t weight : weights) {
    before += weight;
    const std::int64_t until = total * before / all;
    shares.push_back(until - given);
    given = until;
  }
  return shares;
}

Numbers apportion(std::int64_t total, Numbers weights, std::int64_t most) {
  Numbers full(weights.size(), 0);
  // Taking out those that are full leaves more for each of the others.
  for (bool again = true; again;) {
    again = false;
    const std::int64_t all = sum(weights), left = total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (left * weights[i] <= most * all) continue;
      full[i] = most;
      total -= most;
      weights[i] = 0;
      again = true;
    }
  }
  Numbers shares = apportion(total, weights);
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] += full[i];
  return shares;
}

}  // namespace switchyard
