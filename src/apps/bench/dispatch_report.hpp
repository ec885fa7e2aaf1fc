#pragma once
// What a dispatch benchmark found, as a table and as JSON.

#include <span>
#include <string>

#include "apps/bench/dispatch_figures.hpp"
#include "apps/curvature/json.hpp"

namespace switchyard {

/// A line that names the columns, and one a case.
std::string dispatch_table(std::span<const DispatchFigures> cases);

/// One object a case: its sizes, times, figures, ranks and zones.
Json dispatch_to_json(std::span<const DispatchFigures> cases);

}  // namespace switchyard
