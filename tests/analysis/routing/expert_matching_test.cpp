// Matchings beside the best of all permutations.

#include "analysis/routing/expert_matching.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.hpp"

namespace switchyard {
namespace {

using Experts = std::vector<std::int32_t>;

Experts random_experts(std::uint64_t seed, std::size_t samples, int experts) {
  const RandomStream stream(seed, RandomPurpose::synthetic_data);
  Experts result;
  for (std::size_t i = 0; i < samples; ++i)
    result.push_back(
        static_cast<std::int32_t>(stream.below(static_cast<std::uint64_t>(experts), i, 0)));
  return result;
}

double best_of_all(const Experts& ours, const Experts& theirs, int experts) {
  std::vector<int> permutation(static_cast<std::size_t>(experts));
  std::iota(permutation.begin(), permutation.end(), 0);
  double best = 0;
  do {
    double same = 0;
    for (std::size_t i = 0; i < ours.size(); ++i)
      same += permutation[static_cast<std::size_t>(ours[i])] == theirs[i];
    best = std::max(best, same / static_cast<double>(ours.size()));
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  return best;
}

TEST(ExpertMatching, FindsAPlantedPermutation) {
  const Experts ours = random_experts(1, 500, 8);
  const std::vector<int> planted = {3, 1, 7, 0, 2, 6, 5, 4};
  Experts theirs;
  for (std::int32_t expert : ours) theirs.push_back(planted[static_cast<std::size_t>(expert)]);
  const ExpertMatching found = match_experts(ours, theirs, 8);
  EXPECT_EQ(found.permutation, planted);
  EXPECT_EQ(found.agreement, 1);
  EXPECT_LT(found.unmatched, 0.5);
}

TEST(ExpertMatching, IsTheBestOfAllPermutations) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const int experts = 2 + static_cast<int>(seed % 5);
    const Experts ours = random_experts(2 * seed, 60, experts);
    const Experts theirs = random_experts(2 * seed + 1, 60, experts);
    const ExpertMatching found = match_experts(ours, theirs, experts);
    EXPECT_DOUBLE_EQ(found.agreement, best_of_all(ours, theirs, experts));
    std::vector<int> sorted = found.permutation;
    std::ranges::sort(sorted);
    for (int e = 0; e < experts; ++e) EXPECT_EQ(sorted[static_cast<std::size_t>(e)], e);
  }
}

// 3/5 * 2/5 + 2/5 * 3/5
TEST(ExpertMatching, KnowsWhatChanceWouldGive) {
  const ExpertMatching found = match_experts(Experts{0, 0, 0, 1, 1}, Experts{1, 1, 0, 0, 0}, 2);
  EXPECT_EQ(found.permutation, (std::vector<int>{1, 0}));
  EXPECT_EQ(found.agreement, 0.8);
  EXPECT_DOUBLE_EQ(found.chance, 0.48);
}

TEST(ExpertMatching, MatchesExpertsThatNobodyUses) {
  const ExpertMatching found = match_experts(Experts{2, 2}, Experts{0, 0}, 3);
  EXPECT_EQ(found.permutation[2], 0);
  EXPECT_EQ(found.permutation.size(), 3u);
  EXPECT_EQ(found.agreement, 1);
  EXPECT_EQ(found.unmatched, 0);
}

}  // namespace
}  // namespace switchyard
