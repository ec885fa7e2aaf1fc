// Stored orthonormal vectors: types, memories and sums, on any number of ranks.

#include "analysis/krylov_basis.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/dense_operator.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

constexpr int kVectors = 12;

SplitSpace make_space(DType dtype) {
  return SplitSpace(world(), dtype, 20, {9, 4, 6});
}

// Random vectors, each made orthogonal to those before.
KrylovBasis random_basis(SplitSpace& split, const BasisOptions& options) {
  const VectorSpace& space = split.vectors();
  KrylovBasis basis(space, options);
  for (std::uint64_t i = 0; i < kVectors; ++i) {
    Tensor v =
        space.backend().convert(space.random(RandomEntries::normal, 5, i), basis.work_type());
    basis.project_out(v);
    basis.add(space.scaled(v, 1 / space.norm(v)));
  }
  return basis;
}

double largest_deviation_from_orthonormal(const VectorSpace& space, const KrylovBasis& basis) {
  double worst = 0;
  for (int i = 0; i < basis.size(); ++i)
    for (int j = 0; j <= i; ++j) {
      const double product = space.dot(basis.vector(i, DType::f64), basis.vector(j, DType::f64));
      worst = std::max(worst, std::abs(product - (i == j ? 1 : 0)));
    }
  return worst;
}

struct Types {
  DType space, stored, work;
};

class BasisTypes : public ::testing::TestWithParam<Types> {};

TEST_P(BasisTypes, VectorsAreOrthonormalToThePrecisionTheyAreStoredIn) {
  SplitSpace split = make_space(GetParam().space);
  const KrylovBasis basis = random_basis(split, {.dtype = GetParam().stored});
  EXPECT_EQ(basis.work_type(), GetParam().work);
  EXPECT_EQ(basis.stored(3).dtype(), GetParam().stored);
  EXPECT_EQ(basis.size(), kVectors);
  EXPECT_LT(largest_deviation_from_orthonormal(split.vectors(), basis),
            GetParam().stored == DType::f64 ? 1e-15 : 1e-7);
}

TEST_P(BasisTypes, ProjectionTakesOutWhatLiesInTheSpanAndSaysSo) {
  SplitSpace split = make_space(GetParam().space);
  const VectorSpace& space = split.vectors();
  const KrylovBasis basis = random_basis(split, {.dtype = GetParam().stored});
  const double tolerance = GetParam().stored == DType::f64 ? 1e-14 : 1e-6;
  Tensor outside =
      space.backend().convert(space.random(RandomEntries::normal, 5, kVectors), basis.work_type());
  basis.project_out(outside);
  outside = space.scaled(outside, 1 / space.norm(outside));
  // Almost all of w lies in the span: one pass would leave a thousand times the rounding behind.
  Tensor w = space.scaled(basis.vector(2, basis.work_type()), 1e3);
  space.add_scaled(w, -2.0, basis.vector(7, basis.work_type()));
  space.add_scaled(w, 1.0, outside);
  const std::vector<double> taken = basis.project_out(w);
  EXPECT_NEAR(taken[2], 1e3, 1e3 * tolerance);
  EXPECT_NEAR(taken[7], -2.0, 1e3 * tolerance);
  EXPECT_NEAR(space.dot(w, outside), 1, 1e3 * tolerance);
  for (int i = 0; i < basis.size(); ++i)
    EXPECT_LT(std::abs(space.dot(w, basis.vector(i, basis.work_type()))), tolerance);
}

TEST_P(BasisTypes, CombinationsHaveTheSpacesTypeAndUnitLength) {
  SplitSpace split = make_space(GetParam().space);
  const VectorSpace& space = split.vectors();
  const KrylovBasis basis = random_basis(split, {.dtype = GetParam().stored});
  const double coefficients[] = {0, 3, 0, -4};
  const Tensor sum = basis.unit_combination(coefficients);
  EXPECT_EQ(sum.dtype(), GetParam().space);
  const auto first = split.gather(basis.vector(1, DType::f64)),
             second = split.gather(basis.vector(3, DType::f64)), found = split.gather(sum);
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], 0.6 * first[i] - 0.8 * second[i], 1e-7);
  EXPECT_NEAR(space.norm(sum), 1, 1e-7);
}

INSTANTIATE_TEST_SUITE_P(All, BasisTypes,
                         ::testing::Values(Types{DType::f64, DType::f64, DType::f64},
                                           Types{DType::f64, DType::f32, DType::f64},
                                           Types{DType::f32, DType::f64, DType::f64},
                                           Types{DType::f32, DType::f32, DType::f32}));

TEST(BasisMemory, SpilledVectorsHaveTheSameBits) {
  SplitSpace split = make_space(DType::f64);
  const KrylovBasis there = random_basis(split, {.memory = BasisMemory::device});
  const KrylovBasis spilled = random_basis(split, {.memory = BasisMemory::host});
  const KrylovBasis partly = random_basis(
      split,
      {.memory = BasisMemory::automatic, .device_bytes = 5 * split.vectors().zeros().bytes()});
  EXPECT_EQ(there.on_host(), 0);
  EXPECT_EQ(spilled.on_host(), kVectors);
  EXPECT_EQ(partly.on_host(), kVectors - 5);
  for (int i = 0; i < kVectors; ++i) {
    EXPECT_EQ(split.gather(there.stored(i)), split.gather(spilled.stored(i)));
    EXPECT_EQ(split.gather(there.stored(i)), split.gather(partly.stored(i)));
  }
}

TEST(BasisMemory, LaterChangesOfAVectorAreNotSeen) {
  SplitSpace split = make_space(DType::f64);
  KrylovBasis basis(split.vectors(), {});
  Tensor v = split.vectors().random(RandomEntries::normal, 1, 1);
  const auto before = split.gather(v);
  basis.add(v);
  split.vectors().add_scaled(v, 1, v);
  EXPECT_EQ(split.gather(basis.stored(0)), before);
}

TEST(BasisErrors, OtherTypesAreRefused) {
  SplitSpace split = make_space(DType::f64);
  EXPECT_TRUE(switchyard::testing::contains(
      switchyard::testing::error_text(ExitCode::run_failed,
                                      [&] { KrylovBasis(split.vectors(), {.dtype = DType::i32}); }),
      "f32 or f64 (asked for i32)"));
}

}  // namespace
}  // namespace switchyard::test
