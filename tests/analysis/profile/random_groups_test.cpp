// Exchanges in groups drawn at random, by clocks that are off: who waited, for whom, how long.
#include <gtest/gtest.h>

#include <random>

#include "analysis/profile/collective_times.hpp"
#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

constexpr int kRanks = 7;

// The truth that the profiles are written from, on one clock for all.
struct Truth {
  std::vector<double> waiting = std::vector<double>(kRanks);
  std::vector<double> transferring = std::vector<double>(kRanks);
  std::vector<int> times_last = std::vector<int>(kRanks);
  std::vector<int> calls = std::vector<int>(kRanks);
  int all_calls = 0;
};

class RandomGroups {
 public:
  explicit RandomGroups(unsigned seed) : random_(seed) {
    for (int r = 0; r < kRanks; ++r) {
      clocks_.push_back(below(100'000) - 50'000);
      ranks.emplace_back(r).profile.clock_offset = static_cast<double>(-clocks_.back());
      ranks.back().step(0, {clocks_.back(), clocks_.back() + 1'000'000});
    }
    deal_groups();
    std::int64_t now = 0;
    for (int c = 0; c < 40; ++c)
      now =
          exchange(groups_[static_cast<std::size_t>(below(static_cast<int>(groups_.size())))], now);
  }

  std::vector<ProfileBuilder> ranks;
  Truth truth;

 private:
  using Group = std::vector<std::int32_t>;

  std::int64_t below(int bound) {
    return static_cast<std::int64_t>(random_() % static_cast<unsigned>(bound));
  }
  // Neighbours, two at least.
  void deal_groups() {
    for (int first = 0; first + 1 < kRanks;) {
      const int size = std::min<int>(2 + static_cast<int>(below(3)), kRanks - first);
      Group group;
      for (int r = first; r < first + size; ++r) group.push_back(r);
      for (std::int32_t r : group)
        ranks[static_cast<std::size_t>(r)].group("part group " + std::to_string(groups_.size()),
                                                 group);
      groups_.push_back(group);
      first += size;
    }
  }
  // All leave together, `transfer` after the last has come: 10 ns at least behind the one before.
  std::int64_t exchange(const Group& group, std::int64_t now) {
    const auto last = static_cast<std::size_t>(below(static_cast<int>(group.size())));
    const std::int64_t transfer = 1 + below(500), end = now + 510 + transfer;
    ++truth.all_calls;
    ++truth.times_last[static_cast<std::size_t>(group[last])];
    for (std::size_t m = 0; m < group.size(); ++m) {
      const auto rank = static_cast<std::size_t>(group[m]);
      const std::int64_t entry = m == last ? now + 510 : now + below(500);
      ranks[rank].collective(Collective::all_gather, 0,
                             {clocks_[rank] + entry, clocks_[rank] + end});
      truth.waiting[rank] += 1e-9 * static_cast<double>(now + 510 - entry);
      truth.transferring[rank] += 1e-9 * static_cast<double>(transfer);
      ++truth.calls[rank];
    }
    return end;
  }

  std::mt19937 random_;
  std::vector<std::int64_t> clocks_;  ///< ahead of rank 0's, ns
  std::vector<Group> groups_;
};

class RandomGroupsTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomGroupsTest, AreFoundAsTheyWerePlanted) {
  const RandomGroups planted(GetParam());
  const auto profiles = profiles_of(planted.ranks);
  const RecordedSteps steps{profiles};
  const auto found = collective_times(steps, group_calls(steps));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].calls, planted.truth.all_calls);
  EXPECT_EQ(found[0].undecided, 0);
  for (std::size_t rank = 0; rank < kRanks; ++rank) {
    ASSERT_EQ(found[0].per_rank[rank].has_value(), planted.truth.calls[rank] > 0) << rank;
    if (!found[0].per_rank[rank]) continue;
    const RankCollective& figures = *found[0].per_rank[rank];
    EXPECT_NEAR(figures.waiting, planted.truth.waiting[rank], 1e-15) << rank;
    EXPECT_NEAR(figures.transferring, planted.truth.transferring[rank], 1e-15) << rank;
    EXPECT_EQ(figures.times_last, planted.truth.times_last[rank]) << rank;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomGroupsTest, ::testing::Range(0u, 30u));

}  // namespace
}  // namespace switchyard
