#include "analysis/profile/communication.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "analysis/profile/profile_builder.hpp"
#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

constexpr double kNano = 1e-9, kTiny = 1e-15;

std::vector<RankCommunication> communication_of(const std::vector<ProfileBuilder>& ranks) {
  const auto profiles = profiles_of(ranks);
  const RecordedSteps steps{profiles};
  return communication(steps, group_calls(steps));
}

TEST(TimeSpans, CoverEachNanosecondOnce) {
  EXPECT_EQ(covered({}), 0);
  EXPECT_EQ(covered({{5, 9}, {-3, 2}, {8, 11}, {6, 7}}), 5 + 6);
  EXPECT_EQ(intersection({0, 5}, {3, 9}).length(), 2);
  EXPECT_EQ(intersection({0, 3}, {5, 9}).length(), 0);
}

TEST(Communication, CountsWhatOverlapsOnce) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    const auto world = rank.group("world", {0, 1});
    rank.step(0, {0, 1000});
    rank.started(Collective::all_reduce, world, {100, 500}, {480, 500});
    rank.started(Collective::all_reduce, world, {300, 700}, {650, 700});
    rank.collective(Collective::all_reduce, world, {400, 450});  // while both are under way
  }
  for (const RankCommunication& rank : communication_of(ranks)) {
    EXPECT_NEAR(rank.total, 600 * kNano, kTiny);
    EXPECT_NEAR(rank.exposed, (20 + 50 + 50) * kNano, kTiny);
    EXPECT_NEAR(rank.overlapped(), 480 * kNano, kTiny);
    EXPECT_NEAR(rank.exposed_share, 0.12, 1e-12);
    EXPECT_NEAR(rank.exposed_waiting, 0, kTiny);
  }
}

// Rank 1 comes 300 ns late; by then rank 0 has computed beside the exchange for 200.
TEST(Communication, SeparatesWaitingWithinTheExposedTime) {
  ProfileBuilder early(0), late(1);
  for (ProfileBuilder* rank : {&early, &late}) {
    rank->group("world", {0, 1});
    rank->step(0, {0, 1000});
  }
  early.started(Collective::all_reduce, 0, {100, 500}, {300, 500});
  late.collective(Collective::all_reduce, 0, {400, 500}).started = true;
  const auto ranks = communication_of({early, late});
  EXPECT_NEAR(ranks[0].exposed, 200 * kNano, kTiny);
  EXPECT_NEAR(ranks[0].exposed_waiting, 100 * kNano, kTiny);
  EXPECT_NEAR(ranks[0].exposed_transferring(), 100 * kNano, kTiny);
  EXPECT_NEAR(ranks[1].exposed_waiting, 0, kTiny);
}

// Computing stands still twice for one exchange, that rank 1 enters during the first time.
TEST(Communication, CountsEachWaitWhereItWas) {
  ProfileBuilder early(0), late(1);
  for (ProfileBuilder* rank : {&early, &late}) {
    rank->group("world", {0, 1});
    rank->step(0, {0, 1000});
  }
  early.started(Collective::all_reduce, 0, {100, 600}, {}).waits = {{300, 350}, {500, 600}};
  late.collective(Collective::all_reduce, 0, {320, 600}).started = true;
  const auto ranks = communication_of({early, late});
  EXPECT_NEAR(ranks[0].exposed, 150 * kNano, kTiny);
  EXPECT_NEAR(ranks[0].overlapped(), 350 * kNano, kTiny);
  EXPECT_NEAR(ranks[0].exposed_waiting, 20 * kNano, kTiny);
}

// The host goes ahead of its device: it exchanges counts before the device has begun the step.
TEST(Communication, OfTheHostsMemoryCountsBeforeTheDeviceBegins) {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 2; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r);
    rank.group("world", {0, 1});
    rank.step(0, {0, 500});
    rank.profile.steps[0].device = {300, 1300};
    rank.collective(Collective::all_to_all_counts, 0, {100, 150});
  }
  for (const RankCommunication& rank : communication_of(ranks))
    EXPECT_NEAR(rank.exposed, 50 * kNano, kTiny);
}

TEST(Communication, OfARankAloneIsNone) {
  ProfileBuilder rank(0);
  rank.step(0, {0, 1000});
  const auto ranks = communication_of({rank});
  EXPECT_EQ(ranks[0].total, 0);
  EXPECT_EQ(ranks[0].exposed_share, 0);
}

// Independent of the unions above: nanosecond by nanosecond.
struct Slow {
  int total = 0, exposed = 0, exposed_waiting = 0;
};

Slow slow(const std::vector<ProfileBuilder>& ranks, std::size_t rank, std::int64_t length) {
  Slow sums;
  const auto& calls = ranks[rank].profile.collectives;
  for (std::int64_t t = 0; t < length; ++t) {
    bool under_way = false, still = false, waiting = false;
    for (std::size_t c = 0; c < calls.size(); ++c) {
      std::int64_t transfer = length;
      for (const ProfileBuilder& other : ranks)
        transfer = std::min(transfer, other.profile.collectives[c].under_way.length());
      const CollectiveRecord& call = calls[c];
      const bool in = call.under_way.begin <= t && t < call.under_way.end;
      const bool exposed = call.waits[0].begin <= t && t < call.waits[0].end;
      under_way |= in;
      still |= exposed;
      waiting |= exposed && t < call.under_way.end - transfer;
    }
    sums.total += under_way;
    sums.exposed += still;
    sums.exposed_waiting += waiting;
  }
  return sums;
}

TEST(Communication, AgreesWithCountingEveryNanosecond) {
  constexpr int kLength = 400;
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    auto below = [&](int bound) {
      return static_cast<int>(random() % static_cast<unsigned>(bound));
    };
    std::vector<ProfileBuilder> ranks;
    for (int r = 0; r < 3; ++r) {
      ProfileBuilder& rank = ranks.emplace_back(r);
      rank.group("world", {0, 1, 2});
      rank.step(0, {0, kLength});
      for (int c = 0; c < 6; ++c) {
        const int begin = below(kLength - 100), end = begin + 1 + below(90);
        rank.started(Collective::all_reduce, 0, {begin, end}, {end - below(end - begin + 1), end});
      }
    }
    const auto fast = communication_of(ranks);
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      const Slow expected = slow(ranks, r, kLength);
      EXPECT_NEAR(fast[r].total, expected.total * kNano, kTiny) << "seed " << seed;
      EXPECT_NEAR(fast[r].exposed, expected.exposed * kNano, kTiny) << "seed " << seed;
      EXPECT_NEAR(fast[r].exposed_waiting, expected.exposed_waiting * kNano, kTiny)
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace switchyard
