// The factors of nccl-tests' doc/PERFORMANCE.md.

#include "analysis/bus_factor.hpp"

#include <gtest/gtest.h>

namespace switchyard::testing {
namespace {

TEST(BusFactor, IsThatOfNcclTests) {
  EXPECT_DOUBLE_EQ(bus_factor(Collective::all_reduce, 2), 1);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::all_reduce, 8), 1.75);
  for (Collective moving : {Collective::all_to_all_counts, Collective::all_to_all_rows,
                            Collective::all_gather, Collective::reduce_scatter})
    EXPECT_DOUBLE_EQ(bus_factor(moving, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::broadcast, 8), 1);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::barrier, 8), 0);
}

TEST(BusFactor, IsNothingOnOneRankButForBroadcast) {
  EXPECT_DOUBLE_EQ(bus_factor(Collective::all_reduce, 1), 0);
  EXPECT_DOUBLE_EQ(bus_factor(Collective::all_gather, 1), 0);
}

}  // namespace
}  // namespace switchyard::testing
