#pragma once
// The report of a profile for a terminal, section by section: at most 100 columns wide, times in
// milliseconds a step. Each begins with an empty line and ends in a line break; it is empty where
// there is nothing to say.

#include <string>

#include "analysis/profile/profile_figures.hpp"

namespace switchyard {

/// Steps and communication rank by rank.
std::string rank_section(const RecordedSteps& steps, const ProfileFigures& figures);
std::string zone_section(const ProfileFigures& figures);
/// Waiting and transferring, then bytes and bandwidth.
std::string collective_section(const ProfileFigures& figures);
std::string expert_section(const ProfileFigures& figures);
/// The send matrix; of many ranks the pairs that send most.
std::string traffic_section(const ProfileFigures& figures);
std::string overhead_section(const ProfileFigures& figures);

}  // namespace switchyard
