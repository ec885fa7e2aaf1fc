#pragma once
// profile.json; its fields: docs/profiling.md.

#include <string>

#include "analysis/profile/profile_figures.hpp"

namespace switchyard {

std::string profile_json(const RecordedSteps& steps, const ProfileFigures& figures);

}  // namespace switchyard
