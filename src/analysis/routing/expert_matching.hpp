#pragma once
// Which experts of two models correspond: experts have no order of their own.

#include <cstdint>
#include <span>
#include <vector>

namespace switchyard {

struct ExpertMatching {
  /// Expert e of the one model is expert permutation[e] of the other.
  std::vector<int> permutation;
  double agreement = 0;  ///< share of samples whose experts correspond
  /// What `agreement` would be in the mean if the two choices were independent, each expert being
  /// chosen as often as it is (Cohen 1960): much where few experts take most samples.
  double chance = 0;
  double unmatched = 0;  ///< share of samples whose experts have the same number
};

/// Of samples that went to expert `ours[i]` of the one and `theirs[i]` of the other, at least one:
/// the permutation for which most samples correspond (an assignment problem, solved exactly).
ExpertMatching match_experts(std::span<const std::int32_t> ours,
                             std::span<const std::int32_t> theirs, int experts);

}  // namespace switchyard
