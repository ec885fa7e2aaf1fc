#pragma once
// An analysis of routing as lines for the terminal.

#include <string>

#include "apps/routing/results.hpp"

namespace switchyard {

std::string routing_report(const RoutingResults& results);

}  // namespace switchyard
