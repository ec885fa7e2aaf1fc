#include "analysis/routing_workload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "parallel/grid.hpp"
#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

using Numbers = std::vector<std::int64_t>;

RoutingSpec spec(RoutingWorkload workload) {
  return {.workload = workload,
          .seed = 3,
          .step = 0,
          .tokens = 1000,
          .experts = 16,
          .k = 2,
          .ranks = 4,
          .ep = 4};
}

std::int64_t sum(const Numbers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

Numbers count(const std::vector<std::int32_t>& chosen, int experts) {
  Numbers rows(static_cast<std::size_t>(experts), 0);
  for (std::int32_t e : chosen) ++rows.at(static_cast<std::size_t>(e));
  return rows;
}

Numbers rows_of_ranks(const Numbers& loads, int ep) {
  Numbers rows;
  for (int rank = 0; rank < ep; ++rank) {
    const ExpertRange shard = expert_range(static_cast<int>(loads.size()), ep, rank);
    rows.push_back(sum({loads.begin() + shard.first, loads.begin() + shard.last}));
  }
  return rows;
}

std::set<std::size_t> above_mean(const Numbers& loads) {
  std::set<std::size_t> hot;
  for (std::size_t e = 0; e < loads.size(); ++e)
    if (loads[e] * static_cast<std::int64_t>(loads.size()) > 2 * sum(loads)) hot.insert(e);
  return hot;
}

void expect_even(const Numbers& numbers) {
  const auto [least, most] = std::ranges::minmax(numbers);
  EXPECT_LE(most - least, 1);
}

class EveryWorkload : public ::testing::TestWithParam<Choice<RoutingWorkload>> {};

INSTANTIATE_TEST_SUITE_P(All, EveryWorkload, ::testing::ValuesIn(routing_workload_choices),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(EveryWorkload, SendsEachTokenToDifferentExpertsAsPlanned) {
  for (std::int64_t step : {0, 1, 7, 20})
    for (int k : {1, 2, 5, 16})
      for (std::int64_t tokens : {0, 1, 3, 17, 1000}) {
        RoutingSpec s = spec(GetParam().value);
        s.step = step, s.k = k, s.tokens = tokens;
        const WorkloadRouting routing(s);
        EXPECT_EQ(sum(routing.tokens()), tokens);
        EXPECT_EQ(sum(routing.loads()), tokens * k);
        const auto chosen = routing.chosen(0, tokens);
        ASSERT_EQ(chosen.size(), static_cast<std::size_t>(tokens * k));
        EXPECT_EQ(count(chosen, s.experts), routing.loads());
        for (auto row = chosen.begin(); row != chosen.end(); row += k)
          EXPECT_EQ(std::set(row, row + k).size(), static_cast<std::size_t>(k));
      }
}

TEST_P(EveryWorkload, IsAFunctionOfNameSeedAndStep) {
  const RoutingSpec s = spec(GetParam().value);
  const WorkloadRouting one(s), same(s);
  EXPECT_EQ(one.chosen(0, s.tokens), same.chosen(0, s.tokens));
  EXPECT_EQ(one.tokens(), same.tokens());
  RoutingSpec later = s, other = s;
  later.step = 1, other.seed = 4;
  EXPECT_NE(one.chosen(0, s.tokens), WorkloadRouting(later).chosen(0, s.tokens));
  EXPECT_NE(one.chosen(0, s.tokens), WorkloadRouting(other).chosen(0, s.tokens));
}

TEST_P(EveryWorkload, DealsOutOneListWhateverTheRanks) {
  RoutingSpec s = spec(GetParam().value);
  s.ranks = 1;
  const auto all = WorkloadRouting(s).chosen(0, s.tokens);
  for (int ranks : {2, 3, 8}) {
    s.ranks = ranks;
    const WorkloadRouting routing(s);
    std::vector<std::int32_t> joined;
    for (int rank = 0; rank < ranks; ++rank) {
      const auto part = routing.chosen(rank);
      EXPECT_EQ(part.size(),
                static_cast<std::size_t>(routing.tokens()[static_cast<std::size_t>(rank)] * s.k));
      joined.insert(joined.end(), part.begin(), part.end());
    }
    EXPECT_EQ(joined, all);
  }
}

// A rank of 250 tokens sends an expert 2 * 250 * share rows within 3, not all or nothing.
TEST_P(EveryWorkload, SpreadsEachRanksTokensLikeAllTokens) {
  const RoutingSpec s = spec(GetParam().value);
  const WorkloadRouting routing(s);
  for (int rank = 0; rank < s.ranks; ++rank) {
    const Numbers rows = count(routing.chosen(rank), s.experts);
    const double part = static_cast<double>(routing.tokens()[static_cast<std::size_t>(rank)]) /
                        static_cast<double>(s.tokens);
    for (std::size_t e = 0; e < rows.size(); ++e)
      EXPECT_NEAR(static_cast<double>(rows[e]), part * static_cast<double>(routing.loads()[e]), 3);
  }
}

TEST(Balanced, LoadsDifferByOneAtMost) {
  const WorkloadRouting routing(spec(RoutingWorkload::balanced));
  EXPECT_EQ(routing.loads(), Numbers(16, 125));
  EXPECT_EQ(routing.tokens(), Numbers(4, 250));
  RoutingSpec uneven = spec(RoutingWorkload::balanced);
  uneven.experts = 7, uneven.ranks = 3;
  expect_even(WorkloadRouting(uneven).loads());
  expect_even(WorkloadRouting(uneven).tokens());
}

// 2 of 16 experts weigh 4: 2000 * 4 / 22 = 363.6 rows each, the others 90.9.
TEST(HotExperts, GetTheirPlantedShare) {
  const Numbers loads = WorkloadRouting(spec(RoutingWorkload::hot_experts)).loads();
  const auto hot = above_mean(loads);
  EXPECT_EQ(hot.size(), 2u);
  for (std::size_t e = 0; e < loads.size(); ++e)
    EXPECT_NEAR(static_cast<double>(loads[e]), hot.contains(e) ? 363.6 : 90.9, 1);
}

TEST(HotExperts, StayTheSameInAllSteps) {
  RoutingSpec s = spec(RoutingWorkload::hot_experts);
  const Numbers first = WorkloadRouting(s).loads();
  s.step = 5;
  EXPECT_EQ(WorkloadRouting(s).loads(), first);
}

// A token goes to an expert once at most: of 3 choices among 4 experts, 4 : 1 : 1 : 1 would be
// 1714 rows for the hot one of 1000 tokens.
TEST(HotExperts, GetEveryTokenAtMost) {
  RoutingSpec s = spec(RoutingWorkload::hot_experts);
  s.experts = 4, s.k = 3;
  Numbers loads = WorkloadRouting(s).loads();
  std::ranges::sort(loads);
  EXPECT_EQ(loads.back(), 1000);
  EXPECT_NEAR(static_cast<double>(loads.front()), 666.7, 1);
}

// 4 of 16 experts weigh 4: their rank gets 16 rows of 28.
TEST(HotRank, GetsItsPlantedShare) {
  const Numbers loads = WorkloadRouting(spec(RoutingWorkload::hot_rank)).loads();
  Numbers rows = rows_of_ranks(loads, 4);
  std::ranges::sort(rows);
  EXPECT_NEAR(static_cast<double>(rows[3]), 2000.0 * 16 / 28, 1);
  for (int cool : {0, 1, 2})
    EXPECT_NEAR(static_cast<double>(rows[static_cast<std::size_t>(cool)]), 2000.0 * 4 / 28, 1);
}

TEST(SpreadHeat, KeepsRanksBalanced) {
  const Numbers loads = WorkloadRouting(spec(RoutingWorkload::spread_heat)).loads();
  expect_even(rows_of_ranks(loads, 4));
  EXPECT_EQ(above_mean(loads).size(), 4u);
}

TEST(RaggedSource, HasTokensInArithmeticProgression) {
  const WorkloadRouting routing(spec(RoutingWorkload::ragged_source));
  Numbers tokens = routing.tokens();
  std::ranges::sort(tokens);
  EXPECT_EQ(tokens, (Numbers{100, 200, 300, 400}));
  expect_even(routing.loads());
}

TEST(ZeroRank, HasNoTokensAndTheOthersShareThem) {
  Numbers tokens = WorkloadRouting(spec(RoutingWorkload::zero_rank)).tokens();
  std::ranges::sort(tokens);
  EXPECT_EQ(tokens, (Numbers{0, 333, 333, 334}));
}

TEST(ZeroRank, IsNoneWhereARankIsAlone) {
  RoutingSpec s = spec(RoutingWorkload::zero_rank);
  s.ranks = 1;
  EXPECT_EQ(WorkloadRouting(s).tokens(), Numbers{1000});
}

TEST(RotatingHotSpot, MovesOnByOneExpertAStep) {
  RoutingSpec s = spec(RoutingWorkload::rotating_hot_spot);
  auto before = above_mean(WorkloadRouting(s).loads());
  ASSERT_EQ(before.size(), 2u);
  for (s.step = 1; s.step <= 16; ++s.step) {
    std::set<std::size_t> expected;
    for (std::size_t e : before) expected.insert((e + 1) % 16);
    before = above_mean(WorkloadRouting(s).loads());
    EXPECT_EQ(before, expected) << "step " << s.step;
  }
}

TEST(Burst, SendsAllTokensToOneRankInOneStepOfEight) {
  RoutingSpec s = spec(RoutingWorkload::burst);
  int bursts = 0;
  for (s.step = 0; s.step < 2 * kBurstPeriod; ++s.step) {
    Numbers loads = WorkloadRouting(s).loads();
    Numbers ranks = rows_of_ranks(loads, 4);
    if (ranks == Numbers(4, 500)) continue;
    ++bursts;
    EXPECT_EQ(std::ranges::count(loads, 1000), 2);
    EXPECT_EQ(std::ranges::count(loads, 0), 14);
    EXPECT_EQ(std::ranges::count(ranks, 2000), 1);
  }
  EXPECT_EQ(bursts, 2);
}

TEST(WorkloadRoutingErrors, NameTheNumbers) {
  RoutingSpec more = spec(RoutingWorkload::balanced), many = more;
  more.k = 17, many.ep = 17;
  auto error_of = [](const RoutingSpec& bad) {
    return error_text(ExitCode::bad_usage, [&] { WorkloadRouting routing(bad); });
  };
  EXPECT_TRUE(contains(error_of(more), "17 of 16 experts"));
  EXPECT_TRUE(contains(error_of(many), "16 experts cannot be sharded over 17 ranks"));
}

}  // namespace
}  // namespace switchyard::testing
