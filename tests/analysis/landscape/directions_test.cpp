// Random directions on every grid.

#include "analysis/landscape/directions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/error_text.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

class Directions : public ::testing::Test {
 protected:
  struct Model {
    Model(Backend& backend, Communicator& world)
        : classifier(tiny_classifier(backend, world, tiny_config(HeadKind::sparse_moe))),
          space(classifier->state(), classifier->grid(), [](const std::string&) { return true; }) {}
    std::unique_ptr<DistributedClassifier> classifier;
    ParameterSpace space;
  };

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  Model whole{*backend, *self}, spread{*backend, world()};
  VectorSpace& vectors = spread.space.vectors();
};

TEST_F(Directions, AreTheSameOnEveryGrid) {
  for (DirectionScale scale : {DirectionScale::unit, DirectionScale::filter}) {
    Tensor expected = random_direction(whole.space, scale, 4, 2);
    Tensor found = random_direction(spread.space, scale, 4, 2);
    const auto& all = whole.space.parameters();
    for (std::size_t i = 0, j = 0; i < spread.space.parameters().size(); ++i) {
      const std::string& name = spread.space.parameters()[i]->name;
      while (all[j]->name != name) ++j;
      EXPECT_LT(
          relative_error(*backend, spread.space.part(found, i), whole.space.part(expected, j)),
          1e-13)
          << name;
    }
  }
}

TEST_F(Directions, HaveLengthOneOrThatOfEachFilter) {
  EXPECT_NEAR(vectors.norm(random_direction(spread.space, DirectionScale::unit, 4, 0)), 1, 1e-12);
  Tensor x = random_direction(spread.space, DirectionScale::filter, 4, 0);
  for (std::size_t i = 0; i < spread.space.parameters().size(); ++i) {
    const Parameter& p = *spread.space.parameters()[i];
    Tensor part = spread.space.part(x, i);
    if (p.value.rank() == 1) {
      EXPECT_EQ(backend->dot(part, part), 0) << p.name;
      continue;
    }
    for (std::int64_t o = 0; o < p.value.dim(0); ++o) {
      Tensor filter = p.value.rows(o, o + 1), random = part.rows(o, o + 1);
      EXPECT_NEAR(backend->dot(random, random) / backend->dot(filter, filter), 1, 1e-12) << p.name;
      if (filter.numel() == 1) continue;  // has but one direction
      EXPECT_GT(relative_error(*backend, random, filter), 1e-3) << p.name;
    }
  }
}

TEST_F(Directions, BecomeOrthonormal) {
  std::vector<Tensor> x;
  for (std::uint64_t i = 0; i < 3; ++i)
    x.push_back(random_direction(spread.space, DirectionScale::filter, 4, i));
  vectors.add_scaled(x[1], 50, x[0]);
  const Tensor first = vectors.copy(x[0]), second = vectors.copy(x[1]);
  orthonormalise(vectors, x);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(vectors.dot(x[i], x[j]), i == j ? 1 : 0, 1e-14);
  EXPECT_NEAR(vectors.dot(first, x[0]), vectors.norm(first), 1e-12 * vectors.norm(first));
  const double length = vectors.norm(second);
  EXPECT_NEAR(std::hypot(vectors.dot(second, x[0]), vectors.dot(second, x[1])), length,
              1e-12 * length);
}

TEST_F(Directions, MustSpanAPlane) {
  auto refusal = [&](std::vector<Tensor> x) {
    return error_text(ExitCode::bad_usage, [&] { orthonormalise(vectors, x); });
  };
  Tensor x = random_direction(spread.space, DirectionScale::unit, 4, 0);
  EXPECT_TRUE(contains(refusal({x, vectors.scaled(x, -3)}), "direction 2 is zero or lies in"));
  EXPECT_TRUE(contains(refusal({vectors.zeros(), x}), "direction 1"));
}

}  // namespace
}  // namespace switchyard::test
