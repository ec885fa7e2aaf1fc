#pragma once
// The figures of a profile as tables (CSV); their columns: docs/profiling.md.

#include <string>

#include "analysis/profile/profile_figures.hpp"

namespace switchyard {

std::string zone_table(const ProfileFigures& figures);
std::string collective_table(const ProfileFigures& figures);
std::string expert_table(const RecordedSteps& steps, const ProfileFigures& figures);
std::string traffic_table(const ProfileFigures& figures);
/// Timed steps too.
std::string step_table(const RecordedSteps& steps);

}  // namespace switchyard
