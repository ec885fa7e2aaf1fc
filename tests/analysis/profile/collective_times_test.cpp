#include "analysis/profile/collective_times.hpp"

#include <gtest/gtest.h>

#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

constexpr double kNano = 1e-9, kTiny = 1e-15;

std::vector<CollectiveTimes> times_of(const std::vector<ProfileBuilder>& ranks) {
  const auto profiles = profiles_of(ranks);
  const RecordedSteps steps{profiles};
  return collective_times(steps, group_calls(steps));
}

// `ranks` ranks of one group, in `steps` steps of 10000 ns; `enter` says when each rank enters.
template <class Enter>
std::vector<ProfileBuilder> all_reduces(int ranks, int steps, std::int64_t transfer, Enter enter) {
  std::vector<std::int32_t> members;
  for (int r = 0; r < ranks; ++r) members.push_back(r);
  std::vector<ProfileBuilder> builders;
  for (int r = 0; r < ranks; ++r) {
    ProfileBuilder& rank = builders.emplace_back(r);
    const auto world = rank.group("world", members);
    for (int s = 0; s < steps; ++s) {
      const std::int64_t begin = 10000 * s;
      rank.step(s, {begin, begin + 10000});
      const auto zone = rank.zone(Zone::norm_sync, {begin + enter(r), begin + 9000});
      std::int64_t last = 0;
      for (int other = 0; other < ranks; ++other) last = std::max<std::int64_t>(last, enter(other));
      rank.collective(Collective::all_reduce, world, {begin + enter(r), begin + last + transfer},
                      4000, zone);
    }
  }
  return builders;
}

TEST(CollectiveTimes, BookTheDelayOfARankAsWaitingOfOthers) {
  const auto all =
      times_of(all_reduces(4, 3, 200, [](int rank) { return rank == 2 ? 1500 : 100; }));
  ASSERT_EQ(all.size(), 1u);
  const CollectiveTimes& sums = all[0];
  EXPECT_EQ(sums.zone, Zone::norm_sync);
  for (int rank = 0; rank < 4; ++rank) {
    const RankCollective& figures = *sums.per_rank[static_cast<std::size_t>(rank)];
    EXPECT_NEAR(figures.transferring, 200 * kNano, kTiny);
    EXPECT_NEAR(figures.waiting, (rank == 2 ? 0 : 1400) * kNano, kTiny);
    EXPECT_NEAR(figures.exposed, (rank == 2 ? 200 : 1600) * kNano, kTiny);
    EXPECT_EQ(figures.overlapped, 0);
    EXPECT_EQ(figures.times_last, rank == 2 ? 3 : 0);
  }
  EXPECT_EQ(sums.straggler(), 2u);
  EXPECT_EQ(sums.undecided, 0);
  EXPECT_EQ(sums.calls, 3);
  EXPECT_EQ(sums.calls_per_step, 1);
}

TEST(CollectiveTimes, BookAThrottledExchangeAsTransferring) {
  const auto sums = times_of(all_reduces(2, 2, 5000, [](int rank) { return 100 + rank; }))[0];
  EXPECT_NEAR(sums.per_rank[0]->transferring, 5000 * kNano, kTiny);
  EXPECT_NEAR(sums.per_rank[0]->waiting, 1 * kNano, kTiny);
  EXPECT_NEAR(*sums.algbw, 4000 / 5e-6, 1);
  EXPECT_NEAR(*sums.busbw, 4000 / 5e-6, 1);  // 2 (n-1)/n is 1 for two ranks
}

TEST(CollectiveTimes, StateBandwidthAsNcclTestsDo) {
  const auto sums = times_of(all_reduces(4, 2, 1000, [](int) { return 100; }))[0];
  EXPECT_NEAR(*sums.algbw, 4e9, 1);
  EXPECT_NEAR(*sums.busbw, 6e9, 1);
  EXPECT_EQ(sums.median_bytes, 4000);
  EXPECT_NEAR(sums.transferring_per_call, 1e-6, kTiny);
}

// Rank 1's clock is 700 ns ahead: it seems to enter last, and does not.
TEST(CollectiveTimes, NameTheStragglerAfterClockOffsets) {
  auto ranks = all_reduces(2, 3, 100, [](int rank) { return rank == 0 ? 600 : 1000; });
  ranks[1].profile.clock_offset = -700;
  EXPECT_EQ(times_of(ranks)[0].straggler(), 0u);
  ranks[1].profile.clock_uncertainty = 299;
  EXPECT_EQ(times_of(ranks)[0].straggler(), 0u);
  ranks[1].profile.clock_uncertainty = 301;
  const auto open = times_of(ranks)[0];
  EXPECT_EQ(open.straggler(), std::nullopt);
  EXPECT_EQ(open.undecided, 3);
}

TEST(CollectiveTimes, KeepExposedAndOverlappedApart) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto world = rank.group("world", {0, 1});
    rank.step(0, {0, 1000});
    rank.started(Collective::all_reduce, world, {100, 600}, {r == 0 ? 550 : 400, 600});
  }
  const auto sums = times_of(ranks)[0];
  EXPECT_TRUE(sums.started);
  EXPECT_NEAR(sums.per_rank[0]->exposed, 50 * kNano, kTiny);
  EXPECT_NEAR(sums.per_rank[0]->overlapped, 450 * kNano, kTiny);
  EXPECT_NEAR(sums.per_rank[1]->exposed, 200 * kNano, kTiny);
}

// Groups of 3 and 2 of one name, on three computers: ranks 0 to 2 on two of them, 3 and 4 on one.
std::vector<ProfileBuilder> uneven_groups() {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 5; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r, r < 2 ? "a" : r == 2 ? "b" : "c");
    const std::vector<std::int32_t> members =
        r < 3 ? std::vector<std::int32_t>{0, 1, 2} : std::vector<std::int32_t>{3, 4};
    const auto ep = rank.group(r < 3 ? "ep group 0" : "ep group 1", members);
    rank.step(0, {0, 1000});
    CollectiveRecord& call = rank.collective(Collective::all_to_all_rows, ep, {100, 200}, 0);
    for (std::size_t m = 0; m < members.size(); ++m)
      call.sent.push_back(10 * (r + 1) + static_cast<std::int64_t>(m));
    for (std::int64_t bytes : call.sent) call.bytes += bytes;
  }
  return ranks;
}

TEST(CollectiveTimes, OfGroupsWithinAndAcrossComputersStayApart) {
  const auto all = times_of(uneven_groups());
  ASSERT_EQ(all.size(), 2u);
  const CollectiveTimes& within = all[0].reach == Reach::intra_node ? all[0] : all[1];
  const CollectiveTimes& across = all[0].reach == Reach::intra_node ? all[1] : all[0];
  EXPECT_EQ(within.group, "ep");
  EXPECT_EQ(across.group, "ep");
  EXPECT_EQ(within.group_sizes, std::vector<std::int64_t>{2});
  EXPECT_FALSE(within.per_rank[0]);
  EXPECT_TRUE(within.per_rank[4]);
  EXPECT_EQ(across.group_sizes, std::vector<std::int64_t>{3});
  EXPECT_TRUE(across.per_rank[2]);
  EXPECT_FALSE(across.per_rank[3]);
  EXPECT_EQ(within.sent->local, 40 + 51);
  EXPECT_EQ(within.sent->intra_node, 41 + 50);
  EXPECT_EQ(within.sent->inter_node, 0);
  EXPECT_EQ(across.sent->local, 10 + 21 + 32);
  EXPECT_EQ(across.sent->intra_node, 11 + 20);
  EXPECT_EQ(across.sent->inter_node, 12 + 22 + 30 + 31);
  EXPECT_EQ(within.max_bytes, 50 + 51);  // sent by rank 4, more than any receives
}

TEST(CollectiveTimes, TakeWhatARankReceivesForTheBytesOfRows) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 3; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto ep = rank.group("ep", {0, 1, 2});
    rank.step(0, {0, 1000});
    rank.collective(Collective::all_to_all_rows, ep, {100, 200}, 50).sent = {0, 50, 0};
  }
  EXPECT_EQ(times_of(ranks)[0].max_bytes, 150);
}

// Rank 2 has rows for itself alone and leaves at once; rank 1 comes 300 ns late, and then the two
// of them exchange for 100.
TEST(CollectiveTimes, OfRowsAreNotMeasuredByARankThatHasNoneForOthers) {
  std::vector<ProfileBuilder> ranks;
  const std::vector<TimeSpan> stays = {{100, 500}, {400, 500}, {100, 105}};
  const std::vector<std::vector<std::int64_t>> sent = {{0, 0, 0}, {2000, 7, 0}, {0, 0, 90}};
  for (std::size_t r = 0; r < 3; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(static_cast<std::int32_t>(r));
    const auto ep = rank.group("ep", {0, 1, 2});
    rank.step(0, {0, 1000});
    rank.collective(Collective::all_to_all_rows, ep, stays[r], 0).sent = sent[r];
  }
  const CollectiveTimes sums = times_of(ranks)[0];
  const std::vector<double> waiting = {300, 0, 5}, transferring = {100, 100, 0};
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_NEAR(sums.per_rank[r]->waiting, waiting[r] * kNano, kTiny) << r;
    EXPECT_NEAR(sums.per_rank[r]->transferring, transferring[r] * kNano, kTiny) << r;
  }
  EXPECT_NEAR(sums.transferring_per_call, 100 * kNano, kTiny);
  EXPECT_NEAR(*sums.algbw, 2000 / 100e-9, 1);
}

TEST(CollectiveTimes, OfRowsThatAllStayWhereTheyAreLastAsLongAsTheShortest) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto ep = rank.group("ep", {0, 1});
    rank.step(0, {0, 1000});
    rank.collective(Collective::all_to_all_rows, ep, {100, 110 + 10 * r}, 50).sent = {
        r == 0 ? 50 : 0, r == 1 ? 50 : 0};
  }
  EXPECT_NEAR(times_of(ranks)[0].per_rank[1]->transferring, 10 * kNano, kTiny);
}

TEST(CollectiveTimes, LeaveOutCallsThatNotAllRecorded) {
  auto ranks = all_reduces(2, 3, 100, [](int) { return 0; });
  ranks[1].profile.collectives.pop_back();
  const auto profiles = profiles_of(ranks);
  const RecordedSteps steps{profiles};
  const GroupCalls calls = group_calls(steps);
  EXPECT_EQ(calls.whole.size(), 2u);
  EXPECT_EQ(calls.incomplete, 1);
}

TEST(CollectiveTimes, TellGroupsOfOneNameApart) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    rank.step(0, {0, 1000});
    for (int g = 0; g < 2; ++g) {
      const auto group = rank.group("dp", {0, 1});
      rank.collective(Collective::all_reduce, group, {100 + 300 * g, 200 + 400 * g});
    }
  }
  const auto sums = times_of(ranks);
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_EQ(sums[0].calls, 2);
  EXPECT_NEAR(sums[0].per_rank[0]->transferring, 300 * kNano, kTiny);
}

TEST(CollectiveTimes, OfABarrierHaveNoBandwidth) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto world = rank.group("world", {0, 1});
    rank.step(0, {0, 1000});
    rank.collective(Collective::barrier, world, {100, 100}, 0);
  }
  const auto sums = times_of(ranks)[0];
  EXPECT_EQ(sums.algbw, std::nullopt);
  EXPECT_EQ(sums.busbw, std::nullopt);
}

}  // namespace
}  // namespace switchyard
