#include "analysis/profile/traffic.hpp"

#include <gtest/gtest.h>

#include "analysis/profile/profile_builder.hpp"

namespace switchyard {
namespace {

// Two groups of two, {0, 2} and {1, 3}; ranks 0 and 1 on one computer, 2 and 3 on another. Each
// sends 100 (rank + 1) to the first of its group and one more to the second, in both of two steps.
std::vector<ProfileBuilder> two_groups() {
  std::vector<ProfileBuilder> ranks;
  for (int r = 0; r < 4; ++r) {
    ProfileBuilder& rank = ranks.emplace_back(r, r < 2 ? "a" : "b");
    const auto world = rank.group("world", {0, 1, 2, 3});
    const auto ep = rank.group("ep", {r % 2, r % 2 + 2});
    for (int s = 0; s < 2; ++s) {
      rank.step(s, {1000 * s, 1000 * s + 900});
      rank.collective(Collective::all_reduce, world, {1000 * s + 10, 1000 * s + 20}, 77);
      rank.collective(Collective::all_to_all_rows, ep, {1000 * s + 30, 1000 * s + 40}).sent = {
          100 * (r + 1), 100 * (r + 1) + 1};
    }
  }
  return ranks;
}

TEST(Traffic, IsExactRankByRank) {
  const auto profiles = profiles_of(two_groups());
  const Traffic result = traffic(RecordedSteps{profiles});
  const std::vector<std::vector<std::int64_t>> expected = {
      {200, 0, 202, 0}, {0, 400, 0, 402}, {600, 0, 602, 0}, {0, 800, 0, 802}};
  EXPECT_EQ(result.matrix, expected);
  EXPECT_EQ(result.sent, (std::vector<std::int64_t>{402, 802, 1202, 1602}));
  EXPECT_EQ(result.received, (std::vector<std::int64_t>{800, 1200, 804, 1204}));
  EXPECT_EQ(result.total.local, 200 + 400 + 602 + 802);
  EXPECT_EQ(result.total.intra_node, 0);
  EXPECT_EQ(result.total.inter_node, 202 + 402 + 600 + 800);
}

TEST(Traffic, LeavesOutTimedSteps) {
  auto ranks = two_groups();
  for (ProfileBuilder& rank : ranks) rank.profile.steps[0].role = StepRole::timed;
  const auto profiles = profiles_of(ranks);
  EXPECT_EQ(traffic(RecordedSteps{profiles}).sent, (std::vector<std::int64_t>{201, 401, 601, 801}));
}

}  // namespace
}  // namespace switchyard
