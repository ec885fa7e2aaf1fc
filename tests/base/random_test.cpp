#include "base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace switchyard {
namespace {

constexpr int draws = 20000;

// A seed keeps its meaning: these come from an independent implementation of Philox4x32-10.
TEST(RandomStream, PinnedNumbers) {
  const std::array<std::uint32_t, 4> first = {0xee2e70eeu, 0x744de3d6u, 0xeb70e07du, 0x9652ca8fu};
  EXPECT_EQ(RandomStream(1, RandomPurpose::parameter_init).bits(0, 0), first);
  const RandomStream stream(42, RandomPurpose::synthetic_data, (std::uint64_t{1} << 32) + 5);
  const std::uint64_t sample = (std::uint64_t{1} << 33) + 7;
  EXPECT_EQ(stream.word(sample, 9), 0x4db2ec8d95ae646au);
  EXPECT_DOUBLE_EQ(stream.uniform(sample, 9), 0.303511414114547);
  EXPECT_DOUBLE_EQ(stream.normal(sample, 9), -1.1039075715281799);
  EXPECT_EQ(stream.below(1000, sample, 9), 303u);
}

TEST(RandomStream, EveryPartOfTheKeyMatters) {
  const std::uint64_t high = std::uint64_t{1} << 32;
  const auto flip = RandomPurpose::flip, crop = RandomPurpose::crop;
  const std::set<std::uint64_t> words = {
      RandomStream(1, flip, 2).word(3, 4),        RandomStream(2, flip, 2).word(3, 4),
      RandomStream(1 + high, flip, 2).word(3, 4), RandomStream(1, crop, 2).word(3, 4),
      RandomStream(1, flip, 3).word(3, 4),        RandomStream(1, flip, 2 + high).word(3, 4),
      RandomStream(1, flip, 2).word(4, 4),        RandomStream(1, flip, 2).word(3 + high, 4),
      RandomStream(1, flip, 2).word(3, 5)};
  EXPECT_EQ(words.size(), 9u);
}

TEST(RandomStream, ANumberDoesNotDependOnWhatWasAskedBefore) {
  const RandomStream stream(1, RandomPurpose::crop);
  const double first = stream.uniform(10, 0);
  stream.uniform(11, 0);
  EXPECT_EQ(stream.uniform(10, 0), first);
}

TEST(RandomStream, UniformFillsTheUnitIntervalEvenly) {
  const RandomStream stream(3, RandomPurpose::flip);
  std::array<int, 10> histogram{};
  for (int i = 0; i < draws; ++i) {
    const double u = stream.uniform(i, 0);
    ASSERT_TRUE(0 < u && u < 1) << u;
    ++histogram[static_cast<int>(u * 10)];
  }
  // Five standard deviations of a binomial count.
  for (int count : histogram) EXPECT_NEAR(count, draws / 10, 5 * std::sqrt(draws * 0.1 * 0.9));
}

TEST(RandomStream, NormalHasTheMomentsOfANormal) {
  const RandomStream stream(3, RandomPurpose::probe_vector);
  double mean = 0, square = 0, fourth = 0;
  for (int i = 0; i < draws; ++i) {
    const double z = stream.normal(7, i);
    mean += z / draws;
    square += z * z / draws;
    fourth += z * z * z * z / draws;
  }
  EXPECT_NEAR(mean, 0, 5 / std::sqrt(draws));
  EXPECT_NEAR(square, 1, 5 * std::sqrt(2.0 / draws));
  EXPECT_NEAR(fourth, 3, 5 * std::sqrt(96.0 / draws));
}

TEST(RandomStream, BelowReachesEveryValueEvenly) {
  const RandomStream stream(3, RandomPurpose::epoch_shuffle);
  std::array<int, 3> histogram{};
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t value = stream.below(3, i, 0);
    ASSERT_LT(value, 3u);
    ++histogram[value];
  }
  for (int count : histogram) EXPECT_NEAR(count, draws / 3.0, 5 * std::sqrt(draws * 2.0 / 9));
  EXPECT_EQ(stream.below(1, 5, 0), 0u);
}

}  // namespace
}  // namespace switchyard
