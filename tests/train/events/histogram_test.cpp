#include "train/events/histogram.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "train/events/wire_format.hpp"

namespace switchyard {
namespace {

std::string message(const std::vector<double>& summary, const std::vector<double>& ends,
                    const std::vector<double>& counts) {
  WireMessage expected;
  for (std::size_t i = 0; i < summary.size(); ++i)
    expected.real(static_cast<int>(i) + 1, summary[i]);
  return expected.reals(6, ends).reals(7, counts).text();
}

// The first limit above a value ends its bucket; 0 counts as positive.
TEST(Histogram, CountsInBucketsAndAddsUp) {
  Histogram histogram;
  histogram.add(std::vector<double>{0, 0, 1.05e-12});
  const double most = std::numeric_limits<double>::max();
  EXPECT_EQ(histogram.message(), message({0, 1.05e-12, 3, 1.05e-12, 1.05e-12 * 1.05e-12},
                                         {0, 1e-12, 1e-12 * 1.1, most}, {0, 2, 1, 0}));
}

TEST(Histogram, HasNegativeValuesBelowZero) {
  Histogram histogram;
  histogram.add(std::vector<double>{-1e300, -0.5e-12});
  const double most = std::numeric_limits<double>::max();
  const std::string text = histogram.message();
  double smallest = 0, count = 0;
  std::memcpy(&smallest, text.data() + 1, sizeof smallest);
  std::memcpy(&count, text.data() + 2 * 9 + 1, sizeof count);
  EXPECT_EQ(smallest, -1e300);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(histogram.count(), 2);
  // Empty up to -max, one up to the next limit, empty up to -1e-12, one up to 0, empty to the end.
  const std::string counts = WireMessage().reals(7, std::vector<double>{0, 1, 0, 1, 0}).text();
  EXPECT_TRUE(text.ends_with(counts));
  const std::string last = WireMessage().reals(0, std::vector<double>{0, most}).text().substr(2);
  EXPECT_NE(text.find(last), text.npos);
}

}  // namespace
}  // namespace switchyard
