#pragma once
// What a dispatch benchmark found, as a table and as JSON.

#include <span>
#include <string>

#include "apps/bench/dispatch_figures.hpp"
#include "apps/json.hpp"

namespace switchyard {

/// Of cases that differ by their workloads alone: their sizes, then a line a case of passes that
/// were timed, and one of passes that were recorded.
std::string dispatch_table(std::span<const DispatchFigures> cases);

/// A case's sizes, times, figures, ranks and zones.
Json dispatch_to_json(const DispatchFigures& figures);

}  // namespace switchyard
