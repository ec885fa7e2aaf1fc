#pragma once
// What a command's user can do where memory runs out.

#include <functional>
#include <string_view>

#include "base/error.hpp"

namespace switchyard {

/// Runs `work`. Where memory runs out the error, Error(run_failed), also names the option
/// ("--batch") that decides how much the command needs.
ExitCode with_memory_advice(std::string_view option, const std::function<ExitCode()>& work);

}  // namespace switchyard
