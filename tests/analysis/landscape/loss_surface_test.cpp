// Loss surfaces of tiny classifiers, every head on every grid: their figures against independent
// ones, against curvature, and where only routing, or anything but routing, changes the loss.

#include "analysis/landscape/loss_surface.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "analysis/landscape/routing_share.hpp"
#include "analysis/landscape/terrain.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

struct SurfaceCase {
  HeadKind head;
  int ep;
  NormStatistics norm = NormStatistics::running;
};

std::string name_of(const ::testing::TestParamInfo<SurfaceCase>& info) {
  const char* heads[] = {"Dense", "Soft", "Sparse", "Hard"};
  return std::string(heads[static_cast<int>(info.param.head)]) + "Ep" +
         std::to_string(info.param.ep) +
         (info.param.norm == NormStatistics::batch ? "BatchNorm" : "");
}

constexpr HeadKind mixtures[] = {HeadKind::soft_moe, HeadKind::sparse_moe, HeadKind::hard_moe};

// ep 0 is the largest that fits.
std::vector<SurfaceCase> every_head() {
  std::vector<SurfaceCase> cases = {{HeadKind::dense, 0},
                                    {HeadKind::sparse_moe, 0, NormStatistics::batch}};
  for (HeadKind head : mixtures) cases.push_back({head, 0});
  return cases;
}

std::vector<SurfaceCase> every_grid() {
  std::vector<SurfaceCase> cases = {{HeadKind::dense, 1},
                                    {HeadKind::sparse_moe, 1, NormStatistics::batch}};
  for (HeadKind head : mixtures)
    for (int ep : {1, 2, 3, 4}) cases.push_back({head, ep});
  return cases;
}

class Surface : public ::testing::TestWithParam<SurfaceCase> {
 protected:
  Terrain terrain(bool (*selected)(const std::string&) = everything) {
    return {*backend, world(), GetParam().head, GetParam().ep, GetParam().norm, selected};
  }
  bool mixture() const { return GetParam().head != HeadKind::dense; }
  bool sparse() const { return mixture() && GetParam().head != HeadKind::soft_moe; }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
};

void expect_near(const SurfacePoint& a, const SurfacePoint& b, double tolerance) {
  EXPECT_EQ(a.coordinates, b.coordinates);
  EXPECT_NEAR(a.loss, b.loss, tolerance);
  EXPECT_EQ(a.accuracy, b.accuracy);
  ASSERT_EQ(a.routing.has_value(), b.routing.has_value());
  if (!a.routing) return;
  EXPECT_EQ(a.routing->rerouted, b.routing->rerouted);
  EXPECT_NEAR(a.routing->entropy, b.routing->entropy, tolerance);
  EXPECT_NEAR(a.routing->fixed_weights_loss, b.routing->fixed_weights_loss, tolerance);
  ASSERT_EQ(a.routing->fixed_set_loss.has_value(), b.routing->fixed_set_loss.has_value());
  if (a.routing->fixed_set_loss) {
    EXPECT_NEAR(*a.routing->fixed_set_loss, *b.routing->fixed_set_loss, tolerance);
  }
  ASSERT_TRUE(a.routing->margin && b.routing->margin);
  EXPECT_NEAR(a.routing->margin->mean, b.routing->margin->mean, tolerance);
  EXPECT_NEAR(a.routing->margin->median, b.routing->margin->median, tolerance);
  EXPECT_NEAR(a.routing->margin->minimum, b.routing->margin->minimum, tolerance);
}

class SurfaceOnGrids : public Surface {
 protected:
  void SetUp() override {
    if (world().size() % GetParam().ep != 0) GTEST_SKIP() << "no such grid";
  }
};

// One rank alone with whole batches is the yardstick.
TEST_P(SurfaceOnGrids, IsTheSame) {
  auto self = make_self_communicator();
  Terrain whole(*backend, *self, GetParam().head, 1, GetParam().norm), spread = terrain();
  LossSurface expected = whole.surface(), found = spread.surface();
  const std::vector here = {spread.direction(3), spread.direction(1)},
                    there = {whole.direction(3), whole.direction(1)};
  for (const std::vector<double>& at : {std::vector{-10.0, 0.0}, {0.5, 1.0}, {4.0, -1.0}})
    expect_near(found.at(at, here), expected.at(at, there), 1e-9);
  expect_near(found.origin(), expected.origin(), 1e-9);
}

TEST_P(Surface, HasTheObjectiveAndFreeRoutingAtItsOrigin) {
  Terrain here = terrain();
  LossSurface surface = here.surface();
  const SurfacePoint& origin = surface.origin();
  EXPECT_NEAR(origin.loss, here.curvature().objective(), 1e-12);
  EXPECT_GT(origin.accuracy, 0);
  EXPECT_LT(origin.accuracy, 1);
  ASSERT_EQ(origin.routing.has_value(), mixture());
  if (!mixture()) return;
  EXPECT_EQ(origin.routing->rerouted, 0);
  EXPECT_GT(origin.routing->entropy, GetParam().head == HeadKind::hard_moe ? 0.1 : 0.3);
  EXPECT_NEAR(origin.routing->fixed_weights_loss, origin.loss, 1e-13);
  ASSERT_EQ(origin.routing->fixed_set_loss.has_value(), sparse());
  if (sparse()) {
    EXPECT_NEAR(*origin.routing->fixed_set_loss, origin.loss, 1e-13);
  }
  expect_near(surface.at({0}, std::vector{here.direction(0)}),
              {{0}, origin.loss, origin.accuracy, origin.routing}, 0);
}

TEST_P(Surface, LeavesTheParametersAsTheyAre) {
  Terrain here = terrain();
  LossSurface surface = here.surface();
  std::vector<Tensor> copies, values;
  for (Parameter& p : here.classifier->state().parameters()) {
    values.push_back(p.value);
    copies.push_back(backend->convert(p.value, DType::f64));
  }
  surface.at({0.7, -0.3}, std::vector{here.direction(0), here.direction(1)});
  auto message = error_text(ExitCode::run_failed, [&] {
    surface.at({0.7, -0.3}, std::vector{here.direction(0)});
  });
  EXPECT_TRUE(contains(message, "2 coordinates were given along 1 directions"));
  std::size_t i = 0;
  for (Parameter& p : here.classifier->state().parameters()) {
    EXPECT_EQ(p.value.raw(), values[i].raw()) << p.name;
    EXPECT_EQ(std::memcmp(p.value.raw(), copies[i].raw(), p.value.bytes()), 0) << p.name;
    ++i;
  }
}

// Curvature holds the chosen experts fixed.
TEST_P(Surface, BendsAsItsCurvatureSays) {
  Terrain here = terrain();
  LossSurface surface = here.surface();
  CurvatureOperator curvature = here.curvature();
  // A direction of much curvature, by the power method.
  std::vector v = {here.direction(3)};
  for (int i = 0; i < 3; ++i) {
    v[0] = curvature.apply(v[0]);
    v[0] = here.space.vectors().scaled(v[0], 1.0 / here.space.vectors().norm(v[0]));
  }
  const double expected = here.space.vectors().dot(v[0], curvature.apply(v[0]));
  auto loss = [&](double alpha) {
    SurfacePoint point = surface.at({alpha}, v);
    return sparse() ? *point.routing->fixed_set_loss : point.loss;
  };
  constexpr double step = 1e-5;
  const double second = (loss(step) - 2 * loss(0) + loss(-step)) / (step * step);
  EXPECT_GT(std::abs(expected), 1e-2);
  EXPECT_NEAR(second, expected, 1e-3 * std::abs(expected));
}

// What routing is, seen by a pass of our own over this rank's samples.
struct SeenRouting {
  std::vector<std::set<std::int32_t>> sets;
  std::vector<double> margins;
};

SeenRouting see(Terrain& here) {
  SeenRouting seen;
  Backend& backend = here.classifier->backend();
  for (const Batch& batch : here.batches) {
    Tape tape(backend, Recording::off);
    ForwardContext context = here.classifier->context(tape, Mode::eval, batch.sample_ids);
    context.norm_statistics = here.options.norm;
    auto routing =
        *here.classifier->model().forward(context, tape.constant(batch.images)).head.routing;
    const Tensor logits =
        routing.chosen ? routing.routing_logits.value() : routing.gate_logits.value();
    const auto k = static_cast<std::size_t>(routing.chosen ? routing.chosen.dim(1) : 1);
    const auto experts = static_cast<std::size_t>(logits.dim(1));
    for (std::int64_t row = 0; row < logits.dim(0); ++row) {
      const double* z = logits.rows(row, row + 1).data<double>();
      std::vector<std::int32_t> order;
      for (std::size_t e = 0; e < experts; ++e) order.push_back(static_cast<std::int32_t>(e));
      std::sort(order.begin(), order.end(), [z](auto a, auto b) { return z[a] > z[b]; });
      seen.sets.emplace_back(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k));
      seen.margins.push_back(z[order[k - 1]] - z[order[k]]);
    }
  }
  return seen;
}

double sum_over_ranks(double mine) {
  auto host = make_host_allocator();
  Tensor x(*host, {1}, DType::f64);
  *x.data<double>() = mine;
  world().all_reduce_sum(x);
  return *x.data<double>();
}

TEST_P(Surface, CountsSamplesThatAreRerouted) {
  if (!mixture()) GTEST_SKIP() << "no routing";
  Terrain here = terrain();
  LossSurface surface = here.surface();
  const std::vector v = {here.direction(3)};
  constexpr double alpha = -10;
  SurfacePoint point = surface.at({alpha}, v);

  SeenRouting before = see(here);
  here.space.move(alpha, v[0]);
  SeenRouting after = see(here);
  double changed = 0, margins = 0;
  for (std::size_t i = 0; i < before.sets.size(); ++i) {
    changed += before.sets[i] != after.sets[i] ? 1 : 0;
    margins += after.margins[i];
  }
  EXPECT_GT(point.routing->rerouted, 0);
  EXPECT_NEAR(point.routing->rerouted, sum_over_ranks(changed) / 10, 1e-15);
  EXPECT_NEAR(point.routing->margin->mean, sum_over_ranks(margins) / 10, 1e-12);
  EXPECT_LE(point.routing->margin->minimum, point.routing->margin->median);
  EXPECT_GE(point.routing->margin->minimum, 0);
}

TEST_P(Surface, GrowsByRoutingAloneAlongTheGate) {
  if (!mixture()) GTEST_SKIP() << "no routing";
  Terrain here = terrain(of_gate);
  here.options.objective = cross_entropy_objective();  // balance grows where samples go elsewhere
  LossSurface surface = here.surface();
  std::vector<SurfacePoint> points;
  double rerouted = 0;
  for (std::uint64_t number : {2, 4, 5}) {
    for (double alpha : {-10.0, 10.0}) {
      points.push_back(surface.at({alpha}, std::vector{here.direction(number)}));
      EXPECT_NEAR(points.back().routing->fixed_weights_loss, surface.origin().loss, 1e-13);
      rerouted = std::max(rerouted, points.back().routing->rerouted);
    }
  }
  EXPECT_GT(rerouted, 0);
  RoutingShare share = routing_share(points, surface.origin(), surface.resolution());
  ASSERT_TRUE(share.weights);
  EXPECT_NEAR(*share.weights, 1, 1e-10);
  ASSERT_EQ(share.sets.has_value(), sparse());
  // Weights over fixed sets follow the gate, so sets alone are not to blame for all of it.
  if (sparse()) {
    EXPECT_GT(std::abs(*share.sets - 1), 1e-6);
  }
}

TEST_P(Surface, OwesRoutingNothingAlongTheExperts) {
  if (!mixture()) GTEST_SKIP() << "no routing";
  Terrain here = terrain(of_experts);
  LossSurface surface = here.surface();
  std::vector<SurfacePoint> points;
  for (double alpha : {-2.0, 2.0}) {
    points.push_back(surface.at({alpha}, std::vector{here.direction(0)}));
    EXPECT_EQ(points.back().routing->rerouted, 0);
  }
  RoutingShare share = routing_share(points, surface.origin(), surface.resolution());
  ASSERT_TRUE(share.weights);
  EXPECT_NEAR(*share.weights, 0, 1e-12);
  if (sparse()) {
    EXPECT_NEAR(*share.sets, 0, 1e-12);
  }
}

TEST(SurfaceOfNothing, IsRefused) {
  auto backend = make_backend(BackendKind::ref);
  Terrain here(*backend, world(), HeadKind::sparse_moe);
  here.batches.clear();
  auto message = error_text(ExitCode::bad_usage, [&] { here.surface(); });
  EXPECT_TRUE(contains(message, "no samples"));
}

TEST(SurfaceOfAllExperts, HasNoMargin) {
  auto backend = make_backend(BackendKind::ref);
  ModelConfig config = tiny_config(HeadKind::sparse_moe, 4);
  config.head.k = 4;
  auto classifier = tiny_classifier(*backend, world(), config);
  ParameterSpace space(classifier->state(), classifier->grid(), everything);
  LossSurface surface(*classifier, space, {tiny_share(*backend, world(), 7)}, {});
  EXPECT_FALSE(surface.origin().routing->margin);
  EXPECT_EQ(surface.origin().routing->rerouted, 0);
}

INSTANTIATE_TEST_SUITE_P(Heads, Surface, ::testing::ValuesIn(every_head()), name_of);
INSTANTIATE_TEST_SUITE_P(Heads, SurfaceOnGrids, ::testing::ValuesIn(every_grid()), name_of);

}  // namespace
}  // namespace switchyard::test
