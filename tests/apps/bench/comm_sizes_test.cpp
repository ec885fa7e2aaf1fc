// Message sizes as words and as a ladder.

#include "apps/bench/comm_sizes.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

TEST(CommSizes, ReadsUnits) {
  EXPECT_EQ(parse_bytes("min-bytes", "8"), 8);
  EXPECT_EQ(parse_bytes("min-bytes", "3K"), 3072);
  EXPECT_EQ(parse_bytes("min-bytes", "16M"), 16777216);
  EXPECT_EQ(parse_bytes("min-bytes", "1024G"), 1099511627776);
}

TEST(CommSizes, RefusesWhatIsNoSize) {
  for (const char* text : {"", "K", "0", "-4", "1.5M", "8Q", "1025G", "9223372036854775807"})
    EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [&] { parse_bytes("max-bytes", text); }),
                         "--max-bytes"))
        << text;
}

TEST(CommSizes, GrowByTheFactor) {
  EXPECT_EQ(message_sizes(8, 100, 3), (std::vector<std::int64_t>{8, 24, 72}));
  EXPECT_EQ(message_sizes(8, 8, 2), (std::vector<std::int64_t>{8}));
  EXPECT_EQ(message_sizes(4, 12, 3), (std::vector<std::int64_t>{4, 12}));
  EXPECT_EQ(message_sizes(1, std::int64_t{1} << 40, 1 << 30),
            (std::vector<std::int64_t>{1, 1 << 30}));
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [] { message_sizes(9, 8, 2); }),
                       "--min-bytes 9 is above --max-bytes 8"));
}

}  // namespace
}  // namespace switchyard::testing
