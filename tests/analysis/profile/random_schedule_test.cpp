// Schedules drawn at random: what must hold of every one of them.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "analysis/profile/profile_builder.hpp"
#include "analysis/profile/profile_figures.hpp"

namespace switchyard {
namespace {

class RandomSchedule {
 public:
  RandomSchedule(unsigned seed, int ranks, int steps) : random_(seed) {
    std::vector<std::int32_t> members(static_cast<std::size_t>(ranks));
    for (int r = 0; r < ranks; ++r) members[static_cast<std::size_t>(r)] = r;
    for (int r = 0; r < ranks; ++r) {
      ProfileBuilder& rank = builders.emplace_back(r);
      const auto world = rank.group("world", members);
      std::int64_t now = 1'000'000 * below(1000);
      for (int s = 0; s < steps; ++s) {
        const std::int64_t begin = now;
        rank.step(s, {});
        fill(rank, now, -1, 3);
        exchange(rank, world, ranks, now);
        now += below(50);
        rank.profile.steps.back().device = {begin, now};
        now += below(1000);
      }
    }
  }

  std::vector<ProfileBuilder> builders;

 private:
  std::int64_t below(int bound) {
    return static_cast<std::int64_t>(random_() % static_cast<unsigned>(bound));
  }
  // Zones one behind the other, with zones within.
  void fill(ProfileBuilder& rank, std::int64_t& now, std::int32_t parent, int depth) {
    for (std::int64_t count = below(5); count > 0; --count) {
      now += below(20);
      const auto zone = static_cast<Zone>(below(std::size(zone_choices)));
      const auto index = rank.zone(zone, {now, now}, parent, static_cast<Pass>(below(2)));
      now += below(100);
      if (depth > 0) fill(rank, now, index, depth - 1);
      now += below(100);
      rank.profile.zones[static_cast<std::size_t>(index)].device.end = now;
    }
  }
  void exchange(ProfileBuilder& rank, std::int32_t world, int ranks, std::int64_t& now) {
    const std::int64_t end = now + 1 + below(300);
    CollectiveRecord& call = rank.collective(Collective::all_to_all_rows, world, {now, end});
    for (int r = 0; r < ranks; ++r) call.sent.push_back(below(10000));
    now = end;
  }

  std::mt19937 random_;
};

class RandomScheduleTest : public ::testing::TestWithParam<unsigned> {
 protected:
  RandomSchedule schedule{GetParam(), 1 + static_cast<int>(GetParam() % 5), 7};
  std::vector<RankProfile> profiles = profiles_of(schedule.builders);
  RecordedSteps steps{profiles};
  ProfileFigures figures = profile_figures(steps);
};

TEST_P(RandomScheduleTest, ZonesAddUpToTheStep) {
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    double sum = 0, shares = 0;
    for (const ZoneTimes& zone : figures.zones) {
      sum += zone.per_rank[rank].mean;
      shares += zone.share[rank];
      EXPECT_GE(zone.per_rank[rank].mean, -1e-18);
    }
    EXPECT_NEAR(sum, figures.step.per_rank[rank].mean, 1e-15);
    EXPECT_NEAR(shares, 1, 1e-12);
  }
}

// In which zone each nanosecond is, asked of the innermost stay that covers it.
TEST_P(RandomScheduleTest, ZonesAgreeWithCountingEveryNanosecond) {
  const RankProfile& rank = profiles.front();
  std::map<std::pair<Zone, Pass>, std::int64_t> slow;
  for (std::size_t s = 0; s < rank.steps.size(); ++s)
    for (std::int64_t t = rank.steps[s].device.begin; t < rank.steps[s].device.end; ++t) {
      std::pair where(Zone::other, Pass::forward);
      for (const ZoneRecord& stay : rank.zones)
        if (stay.step == static_cast<std::int32_t>(s) && stay.device.begin <= t &&
            t < stay.device.end)
          where = {stay.zone, stay.zone == Zone::other ? Pass::forward : stay.pass};
      ++slow[where];
    }
  for (const ZoneTimes& zone : figures.zones) {
    const auto count = static_cast<double>(slow[{zone.zone, zone.pass}]);
    EXPECT_NEAR(zone.per_rank[0].mean * static_cast<double>(steps.count()), count * 1e-9, 1e-15);
  }
}

TEST_P(RandomScheduleTest, RowsAndColumnsOfTheMatrixAreWhatWasSent) {
  std::int64_t all = 0, entries = 0;
  for (const RankProfile& rank : profiles) {
    std::int64_t sent = 0;
    for (const CollectiveRecord& call : rank.collectives)
      for (std::int64_t bytes : call.sent) sent += bytes;
    EXPECT_EQ(figures.traffic.sent[static_cast<std::size_t>(rank.rank)], sent);
    all += sent;
  }
  for (const auto& row : figures.traffic.matrix)
    for (std::int64_t bytes : row) entries += bytes;
  std::int64_t received = 0;
  for (std::int64_t bytes : figures.traffic.received) received += bytes;
  EXPECT_EQ(entries, all);
  EXPECT_EQ(received, all);
  EXPECT_EQ(figures.traffic.total.local + figures.traffic.total.intra_node, all);
}

TEST_P(RandomScheduleTest, WaitingAndTransferringAddUpToTheStay) {
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    std::int64_t stays = 0;
    for (const CollectiveRecord& call : profiles[rank].collectives)
      stays += call.under_way.length();
    double sum = 0;
    for (const CollectiveTimes& collective : figures.collectives)
      sum += collective.per_rank[rank]->waiting + collective.per_rank[rank]->transferring;
    EXPECT_NEAR(sum * static_cast<double>(steps.count()), static_cast<double>(stays) * 1e-9, 1e-15);
    const RankCommunication& all = figures.communication[rank];
    EXPECT_NEAR(all.exposed, sum, 1e-15);  // every one blocks
    EXPECT_NEAR(all.total, sum, 1e-15);
    EXPECT_NEAR(all.exposed_waiting, figures.collectives[0].per_rank[rank]->waiting, 1e-15);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomScheduleTest, ::testing::Range(0u, 20u));

}  // namespace
}  // namespace switchyard
