// All ranks of a test are on one computer and have one clock: the truth is 0.

#include "comm/clock_offset.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

TEST(ClockOffset, IsOffByNoMoreThanItSays) {
  for (int rounds : {1, 16}) {
    const ClockOffset clock = measure_clock_offset(world(), rounds);
    EXPECT_LE(std::abs(clock.offset), clock.uncertainty);
    if (world().rank().value == 0) {
      EXPECT_EQ(clock.offset, 0);
      EXPECT_EQ(clock.uncertainty, 0);
    } else {
      EXPECT_GT(clock.uncertainty, 0);
    }
  }
}

}  // namespace
}  // namespace switchyard::test
