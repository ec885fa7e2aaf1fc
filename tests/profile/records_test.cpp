#include "profile/records.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

TEST(Records, BytesGiveTheProfileBack) {
  RankProfile profile{.rank = 3, .host = "node1", .device = "cpu", .kind = StepKind::product};
  profile.clock_offset = -12.5;
  profile.steps.push_back({.number = 7, .role = StepRole::timed, .host = {1, 2}, .device = {3, 4}});
  profile.zones.push_back({.step = 0,
                           .parent = -1,
                           .zone = Zone::experts,
                           .pass = Pass::backward,
                           .host = {5, 6},
                           .device = {std::int64_t{1} << 60, (std::int64_t{1} << 60) + 1}});
  profile.groups.push_back({"world", {0, 1, 2, 3}});
  profile.collectives.push_back(
      {.operation = Collective::all_gather, .sent = {8, 9}, .waits = {{1, 4}}});
  profile.routing.push_back({.rows = {1, 0}, .owner = {0, 1}, .group = 0});

  const RankProfile again = profile_from_bytes(to_bytes(profile));
  EXPECT_EQ(again.rank, 3);
  EXPECT_EQ(again.host, "node1");
  EXPECT_EQ(again.kind, StepKind::product);
  EXPECT_EQ(again.clock_offset, -12.5);
  EXPECT_EQ(again.steps[0].role, StepRole::timed);
  EXPECT_EQ(again.zones[0].zone, Zone::experts);
  EXPECT_EQ(again.zones[0].pass, Pass::backward);
  EXPECT_EQ(again.zones[0].device.end, (std::int64_t{1} << 60) + 1);
  EXPECT_EQ(again.groups[0].members, profile.groups[0].members);
  EXPECT_EQ(again.collectives[0].operation, Collective::all_gather);
  EXPECT_EQ(again.collectives[0].sent, profile.collectives[0].sent);
  EXPECT_EQ(again.collectives[0].waits.at(0).length(), 3);
  EXPECT_EQ(again.routing[0].owner, profile.routing[0].owner);
}

TEST(Records, OtherBytesAreRefused) {
  EXPECT_TRUE(contains(error_text(ExitCode::bad_data, [] { profile_from_bytes("not a profile"); }),
                       "no profile"));
}

}  // namespace
}  // namespace switchyard
