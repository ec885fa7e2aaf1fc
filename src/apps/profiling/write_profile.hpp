#pragma once
// What was seen of a command's steps, as files and as text.

#include <filesystem>
#include <string>

#include "analysis/profile/profile_figures.hpp"

namespace switchyard {

/// Makes `folder` and writes profile.json, tables (CSV) and traces: docs/profiling.md. `figures`:
/// of `steps`. Error(run_failed) where that cannot be.
void write_profile(const std::filesystem::path& folder, const RecordedSteps& steps,
                   const ProfileFigures& figures);

/// The tables for a terminal; ends in a line break.
std::string profile_text(const RecordedSteps& steps, const ProfileFigures& figures);

}  // namespace switchyard
