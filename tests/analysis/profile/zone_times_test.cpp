#include "analysis/profile/zone_times.hpp"

#include <gtest/gtest.h>

#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

ZoneTimes find(const std::vector<ZoneTimes>& all, Zone zone, Pass pass = Pass::forward) {
  for (const ZoneTimes& times : all)
    if (times.zone == zone && times.pass == pass) return times;
  throw std::out_of_range("no such zone");
}

// 100 ns: backbone 40, of which batch-norm sync 10; experts 20; 40 outside of all.
ProfileBuilder one_step() {
  ProfileBuilder rank(0);
  rank.step(0, {1000, 1100});
  const auto backbone = rank.zone(Zone::backbone, {1010, 1050});
  rank.zone(Zone::norm_sync, {1020, 1030}, backbone);
  rank.zone(Zone::experts, {1060, 1080}, -1, Pass::backward);
  return rank;
}

TEST(ZoneTimes, CountAStayWithoutTheStaysWithin) {
  const auto profiles = profiles_of({one_step()});
  const auto zones = zone_times(RecordedSteps{profiles});
  EXPECT_EQ(zones.size(), 4u);
  EXPECT_NEAR(find(zones, Zone::backbone).per_rank[0].mean, 30e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::norm_sync).per_rank[0].mean, 10e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::experts, Pass::backward).per_rank[0].mean, 20e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::other).per_rank[0].mean, 40e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::backbone).share[0], 0.3, 1e-12);
  EXPECT_EQ(zones.front().zone, Zone::other);  // the longest
}

TEST(ZoneTimes, NameTheRankThatStaysLongest) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 3; ++r) {
    ranks.emplace_back(r);
    for (int s = 0; s < 4; ++s) {
      ranks.back().step(s, {1000 * s, 1000 * s + 500});
      ranks.back().zone(Zone::experts, {1000 * s, 1000 * s + (r == 1 ? 300 : 60)});
    }
  }
  const auto profiles = profiles_of(ranks);
  const auto experts = find(zone_times(RecordedSteps{profiles}), Zone::experts);
  EXPECT_EQ(experts.max_rank, 1u);
  EXPECT_NEAR(experts.max(), 300e-9, 1e-18);
  EXPECT_NEAR(*experts.max_over_mean, 300.0 / 140, 1e-12);
  EXPECT_NEAR(experts.over_ranks.p50, 60e-9, 1e-18);
}

TEST(ZoneTimes, OfAStepWithoutTheZoneAreZero) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 100});
  rank.zone(Zone::checkpoint, {10, 90});
  rank.step(1, {100, 200});
  const auto profiles = profiles_of({rank});
  const auto saved = find(zone_times(RecordedSteps{profiles}), Zone::checkpoint);
  EXPECT_NEAR(saved.per_rank[0].p50, 40e-9, 1e-18);  // between 80 and 0
  EXPECT_NEAR(saved.per_rank[0].mean, 40e-9, 1e-18);
}

TEST(ZoneTimes, LeaveOutStepsThatWereTimed) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 100}, StepRole::timed);
  rank.zone(Zone::loss, {10, 20});
  rank.step(1, {200, 300});
  const auto profiles = profiles_of({rank});
  const auto zones = zone_times(RecordedSteps{profiles});
  ASSERT_EQ(zones.size(), 1u);
  EXPECT_NEAR(zones[0].per_rank[0].mean, 100e-9, 1e-18);
}

TEST(ZoneTimes, BookByTheDevice) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 1000});
  const auto zone = static_cast<std::size_t>(rank.zone(Zone::experts, {0, 10}));
  rank.profile.zones[zone].device = {100, 900};
  const auto profiles = profiles_of({rank});
  EXPECT_NEAR(find(zone_times(RecordedSteps{profiles}), Zone::experts).per_rank[0].mean, 800e-9,
              1e-18);
}

// By the tolerance of a device's clock a stay begins before its step, or ends behind it.
TEST(ZoneTimes, AddUpWhereAStayReachesOutOfItsStep) {
  ProfileBuilder rank(0);
  rank.step(0, {100, 200});
  const auto backbone = rank.zone(Zone::backbone, {97, 150});
  rank.zone(Zone::norm_sync, {96, 120}, backbone);
  rank.zone(Zone::optimizer, {180, 203});
  const auto profiles = profiles_of({rank});
  const auto zones = zone_times(RecordedSteps{profiles});
  EXPECT_NEAR(find(zones, Zone::norm_sync).per_rank[0].mean, 20e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::backbone).per_rank[0].mean, 30e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::optimizer).per_rank[0].mean, 20e-9, 1e-18);
  EXPECT_NEAR(find(zones, Zone::other).per_rank[0].mean, 30e-9, 1e-18);
}

TEST(LoaderTimes, LieBesideTheStep) {
  ProfileBuilder rank = one_step();
  rank.profile.loader.push_back({.step = 0, .zone = Zone::augment, .device = {900, 1050}});
  const auto profiles = profiles_of({rank});
  const RecordedSteps steps{profiles};
  EXPECT_NEAR(find(loader_times(steps), Zone::augment).per_rank[0].mean, 150e-9, 1e-18);
  EXPECT_EQ(zone_times(steps).size(), 4u);
}

}  // namespace
}  // namespace switchyard
