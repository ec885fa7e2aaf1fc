#pragma once
// All figures of a profile: what reports are written from.

#include "analysis/profile/collective_times.hpp"
#include "analysis/profile/communication.hpp"
#include "analysis/profile/expert_load.hpp"
#include "analysis/profile/overhead.hpp"
#include "analysis/profile/step_times.hpp"
#include "analysis/profile/traffic.hpp"
#include "analysis/profile/zone_times.hpp"

namespace switchyard {

struct ProfileFigures {
  StepTimes step;
  std::vector<ZoneTimes> zones;
  std::vector<ZoneTimes> loader;
  std::vector<CollectiveTimes> collectives;
  std::vector<RankCommunication> communication;
  Traffic traffic;
  std::vector<ExpertLoad> experts;
  Overhead overhead;
  GroupCalls calls;  ///< their records stay in the profiles
};

ProfileFigures profile_figures(const RecordedSteps& steps);

}  // namespace switchyard
