#pragma once
// The work of `switchyard routing`.

#include "apps/launch.hpp"
#include "apps/routing/config.hpp"

namespace switchyard {

/// Measures where the run's model sends samples, prints a table and writes the results.
/// Collective.
ExitCode analyse_routing(const RoutingConfig& config, const RunFolder& run, const Launch& launch);

}  // namespace switchyard
