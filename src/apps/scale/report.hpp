#pragma once
// A study as text for the terminal.

#include <string>

#include "apps/scale/study.hpp"

namespace switchyard {

std::string report_text(const ScaleConfig& config, const Study& study);

}  // namespace switchyard
