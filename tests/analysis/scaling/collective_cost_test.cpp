#include "analysis/scaling/collective_cost.hpp"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

// 10 us and 100 bytes/us within a node, 30 us and 10 bytes/us between nodes.
constexpr Links kLinks = {{10e-6, 100e6}, {30e-6, 10e6}};

double seconds(Collective operation, GroupLayout layout, double bytes,
               AllReduceAlgorithm algorithm = AllReduceAlgorithm::ring) {
  return collective_cost(operation, layout, bytes, algorithm, kLinks).seconds(kLinks);
}

TEST(CollectiveCost, OfARingWithinANode) {
  // 2 * 3 * 10 us + 2 * 3/4 * 800 bytes / 100 bytes/us
  EXPECT_NEAR(seconds(Collective::all_reduce, {4, 4}, 800), 72e-6, 1e-12);
  // 3 * 10 us + 3/4 * 800 / 100 us
  for (Collective one_way : {Collective::all_gather, Collective::reduce_scatter,
                             Collective::all_to_all_rows, Collective::all_to_all_counts})
    EXPECT_NEAR(seconds(one_way, {4, 4}, 800), 36e-6, 1e-12);
}

TEST(CollectiveCost, OfARingOverNodesIsCarriedByAllAdapters) {
  // 2 nodes of 4: 6 hops within and 1 between, twice; 2 * 7/8 * 800 bytes over 4 adapters.
  EXPECT_NEAR(seconds(Collective::all_reduce, {8, 4}, 800), (120 + 60 + 35) * 1e-6, 1e-12);
  // One rank a node: 7 hops between, one adapter.
  EXPECT_NEAR(seconds(Collective::all_reduce, {8, 1}, 800), (420 + 140) * 1e-6, 1e-12);
}

TEST(CollectiveCost, OfAnAllToAllOverNodesIsThatOfTheSlowerWay) {
  // 3 hops within, 4 between; 300 bytes at 100/us against 400 at 10/us.
  EXPECT_NEAR(seconds(Collective::all_to_all_rows, {8, 4}, 800), (30 + 120 + 40) * 1e-6, 1e-12);
}

TEST(CollectiveCost, OfASumIsThatOfTheBetterAlgorithm) {
  using enum AllReduceAlgorithm;
  // 8 ranks: 3 (10 us + S/B) against 14 * 10 us + 14/8 S/B.
  EXPECT_NEAR(seconds(Collective::all_reduce, {8, 8}, 100, recursive_doubling), 33e-6, 1e-12);
  EXPECT_NEAR(seconds(Collective::all_reduce, {8, 8}, 100, best), 33e-6, 1e-12);
  EXPECT_NEAR(seconds(Collective::all_reduce, {8, 8}, 1e6, best), 140e-6 + 17500e-6, 1e-12);
}

TEST(CollectiveCost, OfOneRankIsNothing) {
  for (const auto& choice : collective_choices)
    EXPECT_EQ(seconds(choice.value, {1, 1}, 1e9), 0) << choice.name;
}

TEST(CollectiveCost, GrowsWithRanksAndBytes) {
  using enum AllReduceAlgorithm;
  for (const auto& choice : collective_choices) {
    double before = 0;
    for (int ranks = 2; ranks <= 4096; ranks *= 2) {
      const double now = seconds(choice.value, {ranks, std::min(ranks, 8)}, 1e6, best);
      EXPECT_GT(now, before) << choice.name << " over " << ranks;
      EXPECT_GE(seconds(choice.value, {ranks, std::min(ranks, 8)}, 2e6, best), now);
      before = now;
    }
  }
}

}  // namespace
}  // namespace switchyard
