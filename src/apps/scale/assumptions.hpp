#pragma once
// What a study's figures rest on, in sentences.

#include <string>
#include <vector>

#include "apps/scale/study.hpp"

namespace switchyard {

std::vector<std::string> assumptions_of(const ScaleConfig& config, const Study& study);

}  // namespace switchyard
