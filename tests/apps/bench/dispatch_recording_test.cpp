// What recorded passes show, from passes that are written by hand.

#include "apps/bench/dispatch_recording.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/profile/profile_builder.hpp"

namespace switchyard::testing {
namespace {

constexpr std::int64_t kMs = 1'000'000;

struct Pass {
  std::int64_t late;       ///< ms for which rank 0 waits
  std::int64_t transfers;  ///< ms
};

// On two ranks: the router, for 10 ms on rank 0 and longer on rank 1, then an exchange. Of 40 rows
// 30 go to rank 1, in the last pass all.

std::vector<RankProfile> planted(const std::vector<Pass>& passes) {
  std::vector<ProfileBuilder> ranks = {ProfileBuilder(0), ProfileBuilder(1)};
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks[static_cast<std::size_t>(r)];
    const auto group = rank.group("expert-parallel group 0", {0, 1});
    for (std::size_t p = 0; p < passes.size(); ++p) {
      const std::int64_t begin = 200 * kMs * static_cast<std::int64_t>(p);
      const std::int64_t computes = 10 + (r == 1 ? passes[p].late : 0);
      const std::int64_t leaves = 10 + passes[p].late + passes[p].transfers;
      rank.step(static_cast<std::int64_t>(p), {begin, begin + 100 * kMs});
      rank.zone(Zone::router, {begin, begin + computes * kMs});
      rank.collective(Collective::all_to_all_rows, group,
                      {begin + computes * kMs, begin + leaves * kMs})
          .sent = {100, 400};
      const bool all = p + 1 == passes.size();
      rank.routing({all ? 0 : 5, all ? 20 : 15}, {0, 1}, group);
    }
  }
  return profiles_of(ranks);
}

DispatchFigures figures_of(const std::vector<Pass>& passes) {
  DispatchFigures figures;
  figures.ranks.resize(2);
  add_recorded(planted(passes), figures);
  return figures;
}

TEST(DispatchRecording, StatesTimesOfTheMedianPass) {
  const DispatchFigures figures = figures_of({{3, 2}, {50, 1}, {1, 4}, {2, 5}, {40, 3}});
  const auto& ranks = figures.ranks;
  EXPECT_NEAR(ranks[0].waiting, 3e-3, 1e-12);  // of 3, 50, 1, 2, 40
  EXPECT_NEAR(ranks[0].exposed, 7e-3, 1e-12);  // of 5, 51, 5, 7, 43
  EXPECT_NEAR(ranks[0].communication, 7e-3, 1e-12);
  EXPECT_NEAR(ranks[1].waiting, 0, 1e-12);
  EXPECT_NEAR(ranks[1].exposed, 3e-3, 1e-12);  // of 2, 1, 4, 5, 3
  EXPECT_NEAR(figures.longest_waiting(), 3e-3, 1e-12);
  const auto router = std::ranges::find(figures.zones, Zone::router, &ZoneTimes::zone);
  ASSERT_NE(router, figures.zones.end());
  EXPECT_NEAR(router->per_rank[0].p50, 10e-3, 1e-12);
  EXPECT_NEAR(router->per_rank[1].p50, 13e-3, 1e-12);
}

TEST(DispatchRecording, CountsOverAllPasses) {
  const DispatchFigures figures = figures_of({{1, 1}, {1, 1}, {1, 1}, {1, 1}});
  EXPECT_EQ(figures.ranks[0].rows, 7.5);  // 10 in three passes of four
  EXPECT_EQ(figures.ranks[1].rows, 32.5);
  EXPECT_EQ(figures.ranks[0].sent_bytes, 400);
  EXPECT_EQ(figures.ranks[1].sent_bytes, 100);
  EXPECT_EQ(figures.sent_bytes(), 500);
  EXPECT_DOUBLE_EQ(figures.overload, (3 * 1.5 + 2) / 4);
  EXPECT_EQ(figures.worst_overload, 2);
}

}  // namespace
}  // namespace switchyard::testing
