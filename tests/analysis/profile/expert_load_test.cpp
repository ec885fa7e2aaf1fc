#include "analysis/profile/expert_load.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

std::vector<ExpertLoad> loads_of(const std::vector<ProfileBuilder>& ranks) {
  const auto profiles = profiles_of(ranks);
  return expert_loads(RecordedSteps{profiles});
}

// Four experts on two ranks; expert 1, of rank 0, is hot in the second step. Rank 1 has no tokens
// in the first.
std::vector<ProfileBuilder> hot_expert() {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    rank.group("world", {0, 1});
    const auto ep = rank.group("ep", {0, 1});
    rank.step(0, {0, 100});
    rank.routing(r == 0 ? std::vector<std::int64_t>{5, 5, 5, 5} : std::vector<std::int64_t>(4),
                 {0, 0, 1, 1}, ep);
    rank.step(1, {100, 200});
    rank.routing({2, 40, 1, 7}, {0, 0, 1, 1}, ep);
    rank.routing({0, 10, 0, 0}, {0, 0, 1, 1}, ep);  // another part of the batch
  }
  return ranks;
}

TEST(ExpertLoad, CountsRowsOfExpertsAndOfTheirRanks) {
  const auto loads = loads_of(hot_expert());
  ASSERT_EQ(loads.size(), 1u);
  EXPECT_EQ(loads[0].rows_per_step[0], (RowCounts{5, 5, 5, 5}));
  EXPECT_EQ(loads[0].rows_per_step[1], (RowCounts{4, 100, 2, 14}));
  EXPECT_EQ(loads[0].rows(), (RowCounts{9, 105, 7, 19}));
  EXPECT_EQ(loads[0].rank_rows_per_step[0], (RowCounts{10, 10}));
  EXPECT_EQ(loads[0].rank_rows_per_step[1], (RowCounts{104, 16}));
  EXPECT_EQ(loads[0].rank_rows(), (RowCounts{114, 26}));
}

TEST(ExpertLoad, NamesImbalanceByItsFigures) {
  const ExpertLoad load = loads_of(hot_expert())[0];
  EXPECT_DOUBLE_EQ(*max_over_mean(load.rows()), 3);
  EXPECT_DOUBLE_EQ(*max_over_mean(load.rank_rows_per_step[0]), 1);
  EXPECT_DOUBLE_EQ(*max_over_mean(load.rank_rows_per_step[1]), 104.0 / 60);
  const double squares = 26 * 26 + 70 * 70 + 28 * 28 + 16 * 16;
  EXPECT_DOUBLE_EQ(*load.cv(), std::sqrt(squares / 4) / 35);
  EXPECT_TRUE(load.dead().empty());  // 7 of 140 is above 0.1 / 4
}

TEST(ExpertLoad, CountsReplicasOfAnExpertTogetherAndTheirRanksApart) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 4; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto ep = rank.group("ep", r < 2 ? std::vector{0, 1} : std::vector{2, 3});
    rank.step(0, {0, 100});
    rank.routing({10, 30}, {0, 1}, ep);
  }
  const ExpertLoad load = loads_of(ranks)[0];
  EXPECT_EQ(load.rows(), (RowCounts{40, 120}));
  EXPECT_EQ(load.rank_rows(), (RowCounts{20, 60, 20, 60}));
}

TEST(ExpertLoad, OfARankAloneIsItsOwn) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ranks.emplace_back(r).step(0, {0, 100});
    ranks.back().routing({1000 * (1 - r), 1}, {0, 0}, -1, 3);
  }
  const ExpertLoad load = loads_of(ranks)[0];
  EXPECT_EQ(load.layer, 3);
  EXPECT_EQ(load.rank_rows(), (RowCounts{1001, 1}));
  EXPECT_EQ(load.dead(), std::vector<std::size_t>{1});
}

TEST(ExpertLoad, WithoutRowsHasNoFigures) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 100});
  rank.routing({0, 0}, {0, 0}, -1);
  const ExpertLoad load = loads_of({rank})[0];
  EXPECT_EQ(max_over_mean(load.rows()), std::nullopt);
  EXPECT_EQ(load.cv(), std::nullopt);
  EXPECT_TRUE(load.dead().empty());
}

}  // namespace
}  // namespace switchyard
