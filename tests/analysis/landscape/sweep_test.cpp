// Sweeps over lines and planes, stopped and taken up again; shares of growth, by hand.

#include "analysis/landscape/sweep.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/landscape/routing_share.hpp"
#include "analysis/landscape/terrain.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

TEST(Linspace, IsThatOfTheReferenceCurves) {
  std::vector<double> alphas = linspace(-0.5, 0.5, 21);
  ASSERT_EQ(alphas.size(), 21u);
  for (int i = 0; i < 21; ++i) EXPECT_EQ(alphas[static_cast<std::size_t>(i)], (i - 10) / 20.0);
  EXPECT_EQ(alphas.front(), -0.5);
  EXPECT_EQ(alphas[10], 0.0);
  EXPECT_EQ(alphas.back(), 0.5);
  EXPECT_EQ(linspace(0.25, 1, 1), std::vector{0.25});
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [] { linspace(0, 1, 0); }), "no line"));
}

TEST(PlanePoints, AreAllPairs) {
  const std::vector<double> a = {1, 2}, b = {3, 4, 5};
  const std::vector<std::vector<double>> expected = {{1, 3}, {1, 4}, {1, 5},
                                                     {2, 3}, {2, 4}, {2, 5}};
  EXPECT_EQ(plane_points(a, b), expected);
  EXPECT_EQ(line_points(a), (std::vector<std::vector<double>>{{1}, {2}}));
}

class Sweep : public ::testing::Test {
 protected:
  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  Terrain here{*backend, *self, HeadKind::sparse_moe};
  LossSurface surface = here.surface();
  std::vector<Tensor> plane = {here.direction(0), here.direction(1)};
  std::vector<std::vector<double>> points =
      plane_points(std::vector{-1.0, 0.0, 1.0}, std::vector{0.0, 2.0});
};

TEST_F(Sweep, MeasuresEachPointOfAPlane) {
  std::vector<SurfacePoint> found = sweep(surface, plane, points);
  ASSERT_EQ(found.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(found[i].coordinates, points[i]);
  EXPECT_EQ(found[2].loss, surface.origin().loss);
  Tensor there = here.space.vectors().copy(plane[0]);
  here.space.vectors().add_scaled(there, 2.0, plane[1]);
  EXPECT_NEAR(found[5].loss, surface.at({1}, std::vector{there}).loss, 1e-12);
  EXPECT_GT(std::abs(found[5].loss - found[4].loss), 1e-3);
}

TEST_F(Sweep, GoesOnWhereItStopped) {
  std::vector<SurfacePoint> expected = sweep(surface, plane, points), so_far;
  auto stop_after_four = [&](std::span<const SurfacePoint> done) {
    so_far.assign(done.begin(), done.end());
    if (done.size() == 4) throw std::runtime_error("stop");
  };
  EXPECT_THROW(sweep(surface, plane, points, {}, stop_after_four), std::runtime_error);
  ASSERT_EQ(so_far.size(), 4u);
  so_far[0].loss = 77;  // kept as it is, not measured again
  std::vector<std::size_t> counts;
  std::vector<SurfacePoint> found =
      sweep(surface, plane, points, so_far,
            [&](std::span<const SurfacePoint> done) { counts.push_back(done.size()); });
  EXPECT_EQ(counts, (std::vector<std::size_t>{5, 6}));
  EXPECT_EQ(found[0].loss, 77);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(found[i].loss, expected[i].loss) << i;
}

TEST_F(Sweep, RefusesResultsOfAnother) {
  std::vector<SurfacePoint> other = {{.coordinates = {-1, 2}, .routing = {}}};
  auto message = error_text(ExitCode::bad_data, [&] { sweep(surface, plane, points, other); });
  EXPECT_TRUE(contains(message, "point 1 of a sweep was measured at [-1, 2] (it lies at [-1, 0])"));
  other.assign(7, {});
  message = error_text(ExitCode::bad_data, [&] { sweep(surface, plane, points, other); });
  EXPECT_TRUE(contains(message, "7 points of a sweep are done (it has 6)"));
}

SurfacePoint point(double loss, double fixed_set, double fixed_weights) {
  RoutingAtPoint routing;
  routing.fixed_set_loss = fixed_set;
  routing.fixed_weights_loss = fixed_weights;
  return {.coordinates = {}, .loss = loss, .routing = routing};
}

TEST(Share, CountsPointsByTheirGrowth) {
  const SurfacePoint origin = point(1, 1, 1);
  // Growths 1 and 3, of which routing causes 0.5 and 3 (sets), 1 and 1 (weights); the points where
  // the loss falls, or stays but for rounding, do not count.
  const std::vector points = {point(2, 1.5, 1), point(4, 1, 3), point(0.5, 9, 9),
                              point(1 + 1e-9, 9, 9)};
  RoutingShare share = routing_share(points, origin, 1e-8);
  EXPECT_DOUBLE_EQ(share.sets.value(), 3.5 / 4);
  EXPECT_DOUBLE_EQ(share.weights.value(), 2.0 / 4);
  EXPECT_DOUBLE_EQ(share.growth, 4);
  EXPECT_EQ(share.points, 2);
  share = routing_share({points.data(), 1}, origin, 1e-8);
  EXPECT_DOUBLE_EQ(share.sets.value(), 0.5);
  share = routing_share({points.data() + 2, 2}, origin, 1e-8);
  EXPECT_FALSE(share.sets);
  EXPECT_FALSE(share.weights);
  EXPECT_EQ(share.growth, 0);
  EXPECT_EQ(share.points, 0);
}

TEST(Share, IsNoneWithoutWhatItIsMadeOf) {
  const SurfacePoint dense{.coordinates = {}, .loss = 2, .routing = {}};
  EXPECT_FALSE(
      routing_share({&dense, 1}, {.coordinates = {}, .loss = 1, .routing = {}}, 0).weights);
  SurfacePoint soft = point(2, 0, 1.75);
  soft.routing->fixed_set_loss = {};
  RoutingShare share = routing_share({&soft, 1}, point(1, 1, 1), 0);
  EXPECT_FALSE(share.sets);
  EXPECT_DOUBLE_EQ(share.weights.value(), 0.25);
}

}  // namespace
}  // namespace switchyard::test
