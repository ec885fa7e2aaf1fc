#pragma once
// The results of an analysis as tables (CSV), beside those of its sweeps.

#include <map>
#include <string>

#include "apps/json.hpp"

namespace switchyard {

/// Text by name of file, of what there is in `report`, which becomes curvature.json:
/// eigenvalues.csv, traces.csv, density.csv. Numbers that do not exist are empty cells.
std::map<std::string, std::string> result_tables(const Json& report);

}  // namespace switchyard
