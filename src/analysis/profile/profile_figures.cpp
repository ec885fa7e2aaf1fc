#include "analysis/profile/profile_figures.hpp"

#include <utility>

namespace switchyard {

ProfileFigures profile_figures(const RecordedSteps& steps) {
  GroupCalls calls = group_calls(steps);
  return {.step = step_times(steps),
          .zones = zone_times(steps),
          .loader = loader_times(steps),
          .collectives = collective_times(steps, calls),
          .communication = communication(steps, calls),
          .traffic = traffic(steps),
          .experts = expert_loads(steps),
          .overhead = overhead(steps.profiles()),
          .calls = std::move(calls)};
}

}  // namespace switchyard
