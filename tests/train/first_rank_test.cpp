#include "train/first_rank.hpp"

#include <gtest/gtest.h>

#include "support/mpi_main.hpp"

namespace switchyard {
namespace {

using test::world;

TEST(FirstRank, SpeaksForAll) {
  const bool leads = world().rank() == Rank{0};
  EXPECT_TRUE(first_rank_sees(leads ? "/" : "nowhere", world()));
  EXPECT_FALSE(first_rank_sees(leads ? "nowhere" : "/", world()));
}

TEST(FirstRank, SeesNothingBehindAFile) {
  EXPECT_FALSE(first_rank_sees("/dev/null/file", world()));
}

}  // namespace
}  // namespace switchyard
