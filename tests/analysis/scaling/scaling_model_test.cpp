#include "analysis/scaling/scaling_model.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/planted_points.hpp"

namespace switchyard {
namespace {

using test::planted_model;
using test::planted_shape;

double total(const ScalingModel& model, std::int64_t batch, GridShape grid, double overload = 1) {
  return predict(model, planted_shape(batch), grid, overload).parts.total();
}

TEST(ScalingModel, OfOneRankIsComputingAlone) {
  ScalingModel slow = planted_model();
  slow.links = {{1e9, 1e-9}, {1e9, 1e-9}};
  const StepPrediction alone = predict(slow, planted_shape(64), {1, 1});
  EXPECT_TRUE(alone.messages.empty());
  EXPECT_EQ(alone.parts.waiting, 0);
  EXPECT_EQ(total(slow, 64, {1, 1}), total(planted_model(), 64, {1, 1}));
}

TEST(ScalingModel, PartsAddUpToTheTimeline) {
  ScalingModel model = planted_model();
  model.spread = 0;
  for (GridShape grid : {GridShape{1, 1}, GridShape{4, 4}, GridShape{64, 8}}) {
    const StepPrediction p = predict(model, planted_shape(512), grid);
    EXPECT_NEAR(p.parts.total(), run_timeline(p.schedule, p.work, p.messages).total, 1e-12);
  }
}

TEST(ScalingModel, GrowsAsItShould) {
  const ScalingModel model = planted_model();
  double before = 0;
  for (int ranks = 1; ranks <= 4096; ranks *= 2) {  // weak scaling
    const double now = total(model, 64L * ranks, {ranks, std::min(ranks, 8)});
    EXPECT_GT(now, before) << ranks;
    before = now;
  }
  EXPECT_GT(total(model, 256, {8, 8}), total(model, 128, {8, 8}));
}

TEST(ScalingModel, GradientSyncHidesBehindBackwardAsFarAsThatGoes) {
  ScalingModel model = planted_model();
  const StepShape shape = planted_shape(1024);
  const GridShape grid{8, 1};
  const double backward = predict(model, shape, grid).parts.backward;
  model.links.node.bandwidth = 1e12;
  const double hidden = predict(model, shape, grid).parts.gradient_sync;
  model.links.node.bandwidth = 1e6;
  const StepPrediction slow = predict(model, shape, grid);
  double sent = 0;
  for (std::size_t i = 0; i < slow.messages.size(); ++i)
    if (slow.schedule.messages[i].bytes > 1e5) sent += slow.messages[i];
  EXPECT_GT(slow.parts.gradient_sync + slow.parts.norm_sync, sent - backward);
  EXPECT_LT(hidden, 0.01 * slow.parts.gradient_sync);
}

TEST(ScalingModel, WaitingIsWhatAnOverloadedRankTakesLonger) {
  ScalingModel model = planted_model();
  model.spread = 0;
  const StepBreakdown even = predict(model, planted_shape(64), {4, 4}, 1).parts;
  const StepBreakdown hot = predict(model, planted_shape(64), {4, 4}, 3).parts;
  EXPECT_EQ(even.waiting, 0);
  EXPECT_EQ(hot.forward, even.forward);
  const LinearCost there = model.costs.at(Zone::experts, Pass::forward);
  const LinearCost back = model.costs.at(Zone::experts, Pass::backward);
  const double units = zone_work(planted_shape(64), {4, 4}).at(Zone::experts, Pass::forward);
  EXPECT_GT(hot.waiting, 2 * units * (there.per_unit + back.per_unit));
  // One rank has all rows, whatever the routing.
  EXPECT_EQ(total(model, 64, {1, 1}, 3), total(model, 64, {1, 1}, 1));
}

}  // namespace
}  // namespace switchyard
