#include "analysis/scaling/fit_model.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/planted_points.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using test::planted_model;
using test::planted_point;
using testing::contains;
using testing::error_text;

// Knows nothing of the truth but how sums travel.
ScalingModel blank() {
  ScalingModel prior;
  prior.links = {{1e-6, 1e12}, {1e-6, 1e12}};
  prior.ranks_per_node = 8;
  prior.all_reduce = AllReduceAlgorithm::ring;
  return prior;
}

std::vector<MeasuredPoint> planted_points() {
  const ScalingModel truth = planted_model();
  return {planted_point(truth, 64, {1, 1}), planted_point(truth, 128, {2, 2}),
          planted_point(truth, 64, {2, 1}), planted_point(truth, 256, {4, 4}),
          planted_point(truth, 512, {16, 8})};
}

TEST(FitModel, RecoversPlantedConstants) {
  const ScalingModel truth = planted_model(), found = fit_model(planted_points(), {}, blank());
  EXPECT_NEAR(found.links.node.latency, truth.links.node.latency, 1e-10);
  EXPECT_NEAR(found.links.node.bandwidth / truth.links.node.bandwidth, 1, 1e-6);
  EXPECT_NEAR(found.links.network.latency, truth.links.network.latency, 1e-7);
  EXPECT_NEAR(found.links.network.bandwidth / truth.links.network.bandwidth, 1, 1e-3);
  EXPECT_NEAR(found.spread, truth.spread, 1e-9);
  for (Zone zone : {Zone::backbone, Zone::router, Zone::experts, Zone::pack, Zone::loss}) {
    for (Pass pass : {Pass::forward, Pass::backward}) {
      const LinearCost planted = truth.costs.at(zone, pass), fitted = found.costs.at(zone, pass);
      EXPECT_NEAR(fitted.per_unit / planted.per_unit, 1, 1e-4) << static_cast<int>(zone);
      EXPECT_NEAR(fitted.fixed, planted.fixed, 1e-8) << static_cast<int>(zone);
    }
  }
}

TEST(FitModel, RecoversThemFromNoisyTimes) {
  const ScalingModel truth = planted_model();
  std::vector<MeasuredPoint> points;
  int i = 0;
  for (std::int64_t batch : {16, 32, 64, 128, 256, 512})
    for (GridShape grid : {GridShape{1, 1}, GridShape{2, 2}})
      points.push_back(planted_point(truth, batch, grid, 1 + 0.02 * (++i % 3 - 1)));
  const ScalingModel found = fit_model(points, {}, blank());
  const LinearCost backbone = found.costs.at(Zone::backbone, Pass::forward);
  EXPECT_NEAR(backbone.per_unit / truth.costs.at(Zone::backbone, Pass::forward).per_unit, 1, 0.03);
}

TEST(FitModel, KeepsTheLinksOfTheDescriptionWhereNothingTravelled) {
  const ScalingModel truth = planted_model();
  const std::vector<MeasuredPoint> alone = {planted_point(truth, 64, {1, 1}),
                                            planted_point(truth, 128, {1, 1})};
  const ScalingModel found = fit_model(alone, {}, blank());
  EXPECT_EQ(found.links.node.latency, blank().links.node.latency);
  EXPECT_EQ(found.links.network.bandwidth, blank().links.network.bandwidth);
  EXPECT_EQ(found.spread, 0);
}

TEST(FitModel, TakesLinksFromABenchmarkToo) {
  const ScalingModel truth = planted_model();
  const std::vector<MeasuredPoint> alone = {planted_point(truth, 64, {1, 1}),
                                            planted_point(truth, 128, {1, 1})};
  std::vector<MeasuredCall> calls;
  for (double bytes : {1e2, 1e4, 1e6})
    calls.push_back({Collective::all_gather, {4, 4}, bytes, 60e-6 + 0.75 * bytes / 2e9});
  const ScalingModel found = fit_model(alone, calls, blank());
  EXPECT_NEAR(found.links.node.latency, 20e-6, 1e-10);
  EXPECT_NEAR(found.links.node.bandwidth, 2e9, 1e3);
}

TEST(FitModel, SaysHowManyPointsItNeeds) {
  const ScalingModel truth = planted_model();
  // The same number of samples a rank twice.
  const std::vector<MeasuredPoint> points = {planted_point(truth, 64, {1, 1}),
                                             planted_point(truth, 128, {2, 1})};
  const std::string text = error_text(ExitCode::bad_data, [&] { fit_model(points, {}, blank()); });
  EXPECT_TRUE(contains(text, "2 measured point(s) with 1 different number(s) of samples"));
  EXPECT_TRUE(contains(text, "measure at 2 or more"));
}

TEST(FitModel, RefusesAStepThatTakesNoTime) {
  std::vector<MeasuredPoint> points = planted_points();
  points[1].step = 0;
  EXPECT_TRUE(contains(error_text(ExitCode::bad_data, [&] { fit_model(points, {}, blank()); }),
                       "states a step of 0 s"));
}

TEST(LeaveOut, PredictsPointsOfThePlantedModel) {
  const std::vector<MeasuredPoint> points = planted_points();
  const std::vector<LeftOut> left = leave_one_out(points, {}, blank());
  ASSERT_EQ(left.size(), points.size());
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(left[i].measured, points[i].step);
    EXPECT_NEAR(left[i].error(), 0, 5e-4) << points[i].name;
  }
  // Without the only point between nodes nothing is known of the network.
  EXPECT_LT(left[4].error(), -0.002);
}

TEST(LeaveOut, StatesTheErrorOfAPointThatIsOff) {
  std::vector<MeasuredPoint> points = planted_points();
  points[3].step *= 1.25;
  EXPECT_NEAR(leave_one_out(points, {}, blank())[3].error(), 1 / 1.25 - 1, 1e-3);
}

TEST(LeaveOut, LeavesOutSeveralTogether) {
  const std::vector<MeasuredPoint> points = planted_points();
  const std::size_t left[] = {1, 3};
  const std::vector<LeftOut> results = leave_out(points, left, {}, blank());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1].point, 3u);
  EXPECT_NEAR(results[1].error(), 0, 1e-3);
}

TEST(LeaveOut, CannotLeaveOutWhatTheFitNeeds) {
  const ScalingModel truth = planted_model();
  const std::vector<MeasuredPoint> points = {planted_point(truth, 64, {1, 1}),
                                             planted_point(truth, 128, {1, 1})};
  EXPECT_TRUE(leave_one_out(points, {}, blank()).empty());
  const std::size_t left[] = {0};
  error_text(ExitCode::bad_data, [&] { leave_out(points, left, {}, blank()); });
}

}  // namespace
}  // namespace switchyard
