#pragma once
// The kinds of `switchyard bench`. All take the words after the kind.

#include <string>
#include <vector>

#include "apps/launch.hpp"

namespace switchyard {

/// Each measures, prints a table on rank 0 and writes JSON where that is asked for; with --help it
/// only shows its options. Collective.
ExitCode bench_inference(const Launch& launch, const std::vector<std::string>& words);
ExitCode bench_dispatch(const Launch& launch, const std::vector<std::string>& words);
ExitCode bench_comm(const Launch& launch, const std::vector<std::string>& words);

}  // namespace switchyard
