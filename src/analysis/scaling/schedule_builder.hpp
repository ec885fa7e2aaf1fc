#pragma once
// Writes a StepSchedule event by event.

#include "analysis/scaling/step_schedule.hpp"

namespace switchyard {

class ScheduleBuilder {
 public:
  explicit ScheduleBuilder(const GridShape& grid) : grid_(grid) {}

  /// Events that follow are of this zone and pass.
  ScheduleBuilder& in(Zone zone, Pass pass);
  void compute(double share = 1);
  void exchange(const Message& message);
  /// Gives a number to wait for; -1 where nothing travels.
  int start(const Message& message);
  void wait(int number);

  StepSchedule take() { return std::move(schedule_); }

 private:
  bool travels(const Message& message) const;
  void add(StepEvent::Kind kind, double share, int message);
  int add_message(const Message& message);

  GridShape grid_;
  Zone zone_ = Zone::other;
  Pass pass_ = Pass::forward;
  StepSchedule schedule_;
};

}  // namespace switchyard
