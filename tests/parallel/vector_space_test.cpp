// Vectors that are spread over ranks: products, sums and random entries, on any number of ranks.

#include "parallel/vector_space.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/dense_operator.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kReplicated = 100;
const std::vector<int> kExperts = {70, 3, 65};

class Vectors : public ::testing::TestWithParam<DType> {
 protected:
  // Three experts: uneven shares on two ranks, and one rank of four owns nothing.
  SplitSpace split_{world(), GetParam(), kReplicated, kExperts};
  VectorSpace& space_ = split_.vectors();
  double tolerance_ = GetParam() == DType::f64 ? 1e-14 : 1e-6;

  std::vector<double> ramp(double slope) const {
    std::vector<double> x(static_cast<std::size_t>(split_.dimension()));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1 + slope * static_cast<double>(i);
    return x;
  }
};

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST_P(Vectors, CountsReplicatedEntriesOnceAndOwnedOnesOnTheirRank) {
  EXPECT_EQ(space_.dimension(), 238);
  const auto a = ramp(0.25), b = ramp(-0.5), c = ramp(0);
  const std::vector<Tensor> as = {split_.scatter(a), split_.scatter(c)};
  const auto dots = space_.dots(as, split_.scatter(b));
  ASSERT_EQ(dots.size(), 2u);
  EXPECT_NEAR(dots[0], product(a, b), tolerance_ * product(a, a));
  EXPECT_NEAR(dots[1], product(c, b), tolerance_ * product(b, b));
  EXPECT_NEAR(space_.dot(as[0], as[0]), product(a, a), tolerance_ * product(a, a));
  EXPECT_NEAR(space_.norm(as[1]), std::sqrt(238.0), tolerance_ * 16);
  EXPECT_TRUE(space_.dots({}, as[0]).empty());
}

TEST_P(Vectors, SegmentsBeginAtMultiplesOf64AndZerosLieBetween) {
  const Tensor x = split_.scatter(ramp(1));
  EXPECT_EQ(space_.local_size() % 64, 0);
  std::int64_t begin = 0;
  double between = 0;
  const Tensor wide = space_.backend().convert(x, DType::f64);
  for (std::size_t i = 0; i < space_.segments().size(); ++i) {
    const VectorSegment& segment = space_.segments()[i];
    EXPECT_EQ(space_.segment(x, i).raw(), x.rows(begin, begin + 1).raw());
    const std::int64_t end = (begin + segment.size + 63) / 64 * 64;
    for (std::int64_t j = begin + segment.size; j < end; ++j)
      between += std::abs(wide.data<double>()[j]);
    begin = end;
  }
  EXPECT_EQ(begin, space_.local_size());
  EXPECT_EQ(between, 0);
}

TEST_P(Vectors, AddScaleAndCopyElementByElement) {
  const auto a = ramp(0.25), b = ramp(-0.5);
  const Tensor x = split_.scatter(a);
  Tensor y = space_.copy(x);
  space_.add_scaled(y, -2, split_.scatter(b));
  const auto sum = split_.gather(space_.scaled(y, 0.5));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(sum[i], 0.5 * (a[i] - 2 * b[i]));
  EXPECT_EQ(split_.gather(x), a) << "a copy shares no memory";
  EXPECT_EQ(space_.norm(space_.zeros()), 0);
}

TEST_P(Vectors, GroupsAddUpTheirSegmentsOnAnyRank) {
  const auto a = ramp(0.25), b = ramp(-0.5);
  std::vector<int> group_of;
  for (const VectorSegment& segment : space_.segments())
    group_of.push_back(segment.name == "neck" ? -1 : segment.name == "expert1" ? 2 : 0);
  const auto sums = space_.group_dots(split_.scatter(a), split_.scatter(b), group_of, 3);
  double rest = 0, expert1 = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i >= 170 && i < 173)
      expert1 += a[i] * b[i];
    else if (i < 33 || i >= 100)
      rest += a[i] * b[i];
  }
  ASSERT_EQ(sums.size(), 3u);
  EXPECT_NEAR(sums[0], rest, tolerance_ * product(a, a));
  EXPECT_EQ(sums[1], 0);
  EXPECT_NEAR(sums[2], expert1, tolerance_ * product(a, a));
}

TEST_P(Vectors, RandomEntriesAreTheSameOnEveryGrid) {
  auto alone = make_self_communicator();
  SplitSpace whole(*alone, GetParam(), kReplicated, kExperts);
  for (RandomEntries entries : {RandomEntries::rademacher, RandomEntries::normal}) {
    const Tensor x = space_.random(entries, 3, 1), y = whole.vectors().random(entries, 3, 1);
    EXPECT_EQ(split_.gather(x), whole.gather(y));
    EXPECT_NEAR(space_.dot(x, x), whole.vectors().dot(y, y), 1e-12 * 238) << "padding is zero";
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Vectors, ::testing::Values(DType::f32, DType::f64));

TEST(RandomVectors, HaveIndependentEntriesOfMeanZeroAndVarianceOne) {
  auto alone = make_self_communicator();
  SplitSpace split(*alone, DType::f64, 3 * 4096, {8192, 4096});
  VectorSpace& space = split.vectors();
  const double n = split.dimension(), five_sigma = 5 * std::sqrt(n);
  for (RandomEntries entries : {RandomEntries::rademacher, RandomEntries::normal}) {
    const Tensor x = space.random(entries, 3, 1);
    Tensor ones = split.scatter(std::vector<double>(static_cast<std::size_t>(n), 1.0));
    EXPECT_LT(std::abs(space.dot(x, ones)), five_sigma);
    EXPECT_LT(std::abs(space.dot(x, x) - n), std::sqrt(2.0) * five_sigma);
    EXPECT_LT(std::abs(space.dot(x, space.random(entries, 3, 2))), five_sigma) << "of the number";
    EXPECT_LT(std::abs(space.dot(x, space.random(entries, 4, 1))), five_sigma) << "of the seed";
    EXPECT_LT(std::abs(space.backend().dot(space.segment(x, 0), space.segment(x, 3))),
              5 * std::sqrt(4096.0))
        << "of the name";
  }
  EXPECT_EQ(space.norm(space.random(RandomEntries::rademacher, 3, 1)), std::sqrt(n));
}

TEST(VectorSpace, NameWhatIsWrong) {
  auto backend = make_backend(BackendKind::ref);
  const std::vector<VectorSegment> misplaced = {{"expert0", 3, true}, {"stem", 4, false}};
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed,
                                  [&] { VectorSpace(*backend, world(), DType::f32, misplaced); }),
                       "behind an owned one"));
  EXPECT_TRUE(contains(
      error_text(ExitCode::run_failed, [&] { VectorSpace(*backend, world(), DType::bf16, {}); }),
      "f32 or f64 (asked for bf16)"));
  SplitSpace split(world(), DType::f64, 6, {2});
  const Tensor x = split.vectors().zeros();
  const int too_few[] = {0};
  EXPECT_TRUE(contains(
      error_text(ExitCode::run_failed, [&] { split.vectors().group_dots(x, x, too_few, 1); }),
      "1 of "));
}

}  // namespace
}  // namespace switchyard::test
