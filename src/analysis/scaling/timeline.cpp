#include "analysis/scaling/timeline.hpp"

#include <algorithm>

namespace switchyard {

Timeline run_timeline(const StepSchedule& schedule, const ZoneTable<double>& work,
                      const std::vector<double>& messages) {
  Timeline result;
  double now = 0, exchange_free = 0;
  std::vector<double> arrives(messages.size());
  for (const StepEvent& event : schedule.events) {
    const auto message = static_cast<std::size_t>(event.message);
    if (event.kind == StepEvent::Kind::compute) {
      const double seconds = event.share * work.at(event.zone, event.pass);
      result.computed.at(event.zone, event.pass) += seconds;
      now += seconds;
      continue;
    }
    if (event.kind != StepEvent::Kind::wait) {
      exchange_free = std::max(now, exchange_free) + messages[message];
      arrives[message] = exchange_free;
    }
    if (event.kind != StepEvent::Kind::start) {
      const double stood = std::max(0.0, arrives[message] - now);
      result.exposed.at(event.zone, event.pass) += stood;
      now += stood;
    }
  }
  result.total = now;
  return result;
}

}  // namespace switchyard
