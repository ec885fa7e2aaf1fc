#pragma once
// What was seen of a command's steps, as files and as text.

#include <filesystem>
#include <string>
#include <vector>

#include "profile/records.hpp"

namespace switchyard {

/// Makes `folder` and writes profile.json, tables (CSV) and traces: docs/profiling.md. One profile a
/// rank, in rank order. Error(run_failed) where no step was recorded.
void write_profile(const std::filesystem::path& folder, const std::vector<RankProfile>& profiles);

/// The tables for a terminal; ends in a line break.
std::string profile_text(const std::vector<RankProfile>& profiles);

}  // namespace switchyard
