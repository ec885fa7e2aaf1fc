#pragma once
// Whole numbers in proportion to weights.

#include <cstdint>
#include <vector>

namespace switchyard {

/// Numbers that add up to `total`, each within one of its exact share: the differences of rounded
/// partial sums. Weights are not negative, and not all 0 unless `total` is.
std::vector<std::int64_t> apportion(std::int64_t total, const std::vector<std::int64_t>& weights);

/// The same with none above `most`: what one cannot take goes to the others by weight. `total` is
/// at most `most` times the number of weights above 0.
std::vector<std::int64_t> apportion(std::int64_t total, std::vector<std::int64_t> weights,
                                    std::int64_t most);

}  // namespace switchyard
