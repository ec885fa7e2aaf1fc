#include "analysis/scaling/timeline.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/schedule_builder.hpp"

namespace switchyard {
namespace {

constexpr Message kSum = {Collective::all_reduce, RankGroup::world, 8};

ScheduleBuilder two_ranks() {
  return ScheduleBuilder({.ranks = 2, .ep = 1});
}

TEST(Timeline, HidesWhatTravelsWhileThereIsWork) {
  ScheduleBuilder builder = two_ranks();
  builder.in(Zone::gradient_sync, Pass::backward);
  const int number = builder.start(kSum);
  builder.in(Zone::backbone, Pass::backward).compute();
  builder.in(Zone::gradient_sync, Pass::backward).wait(number);
  const StepSchedule schedule = builder.take();
  ZoneTable<double> work;
  work.at(Zone::backbone, Pass::backward) = 3;
  EXPECT_DOUBLE_EQ(run_timeline(schedule, work, {2}).total, 3);
  const Timeline longer = run_timeline(schedule, work, {5});
  EXPECT_DOUBLE_EQ(longer.total, 5);
  EXPECT_DOUBLE_EQ(longer.exposed.at(Zone::gradient_sync, Pass::backward), 2);
  EXPECT_DOUBLE_EQ(longer.computed.at(Zone::backbone, Pass::backward), 3);
}

TEST(Timeline, LetsMessagesTravelOneAtATime) {
  ScheduleBuilder builder = two_ranks();
  builder.in(Zone::gradient_sync, Pass::backward);
  const int number = builder.start(kSum);
  builder.in(Zone::norm_sync, Pass::backward).exchange(kSum);
  builder.in(Zone::gradient_sync, Pass::backward).wait(number);
  const Timeline timeline = run_timeline(builder.take(), {}, {4, 1});
  EXPECT_DOUBLE_EQ(timeline.total, 5);
  EXPECT_DOUBLE_EQ(timeline.exposed.at(Zone::norm_sync, Pass::backward), 5);
  EXPECT_DOUBLE_EQ(timeline.exposed.at(Zone::gradient_sync, Pass::backward), 0);
}

TEST(Timeline, OfOneRankHasNoMessages) {
  ScheduleBuilder builder({.ranks = 1, .ep = 1});
  builder.exchange(kSum);
  builder.wait(builder.start(kSum));
  EXPECT_TRUE(builder.take().events.empty());
}

}  // namespace
}  // namespace switchyard
