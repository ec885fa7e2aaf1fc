#pragma once
// The subcommands of `switchyard`: one file each. All take the words after the subcommand.

#include <string>
#include <vector>

#include "base/error.hpp"

namespace switchyard {

using Words = std::vector<std::string>;

/// Each runs to its end and returns the exit status, or throws an Error.
ExitCode train_command(int& argc, char**& argv, const Words& words);
ExitCode eval_command(int& argc, char**& argv, const Words& words);
ExitCode curvature_command(int& argc, char**& argv, const Words& words);
ExitCode routing_command(int& argc, char**& argv, const Words& words);
ExitCode bench_command(int& argc, char**& argv, const Words& words);
ExitCode data_command(const Words& words);
ExitCode inspect_command(const Words& words);
ExitCode scale_command(const Words& words);

}  // namespace switchyard
