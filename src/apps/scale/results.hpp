#pragma once
// A study as files.

#include <string>

#include "apps/scale/study.hpp"

namespace switchyard {

/// docs/scaling.md names the fields.
std::string results_json(const ScaleConfig& config, const Study& study);
/// One line a prediction.
std::string results_csv(const Study& study);

}  // namespace switchyard
