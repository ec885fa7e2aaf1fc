#include "analysis/scaling/schedule_builder.hpp"

namespace switchyard {

ScheduleBuilder& ScheduleBuilder::in(Zone zone, Pass pass) {
  zone_ = zone;
  pass_ = pass;
  return *this;
}

void ScheduleBuilder::compute(double share) {
  add(StepEvent::Kind::compute, share, -1);
}

void ScheduleBuilder::exchange(const Message& message) {
  if (travels(message)) add(StepEvent::Kind::exchange, 0, add_message(message));
}

int ScheduleBuilder::start(const Message& message) {
  if (!travels(message)) return -1;
  const int number = add_message(message);
  add(StepEvent::Kind::start, 0, number);
  return number;
}

void ScheduleBuilder::wait(int number) {
  if (number >= 0) add(StepEvent::Kind::wait, 0, number);
}

bool ScheduleBuilder::travels(const Message& message) const {
  return layout_of(message.group, grid_, 1).ranks > 1;
}

void ScheduleBuilder::add(StepEvent::Kind kind, double share, int message) {
  schedule_.events.push_back({kind, zone_, pass_, share, message});
}

int ScheduleBuilder::add_message(const Message& message) {
  schedule_.messages.push_back(message);
  return static_cast<int>(schedule_.messages.size()) - 1;
}

}  // namespace switchyard
