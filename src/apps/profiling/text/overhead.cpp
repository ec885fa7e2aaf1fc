#include <fmt/format.h>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

std::string cost(const Overhead& overhead) {
  if (!overhead.interval)
    return fmt::format("too few steps to tell ({} of each kind are needed)", kFewestSteps);
  return fmt::format("{:+.1f}%, 95% within [{:+.1f}%, {:+.1f}%]", 100 * *overhead.ratio,
                     100 * overhead.interval->lower, 100 * overhead.interval->upper);
}

}  // namespace

std::string overhead_section(const ProfileFigures& figures) {
  const Overhead& overhead = figures.overhead;
  if (!overhead.ratio) return "\nrecording: no other step was timed, its cost is not known\n";
  return fmt::format(
      "\nrecorded steps {} ms (median of {}), steps timed as wholes {} ms ({})\nrecording: {}\n",
      milliseconds(overhead.recorded.median), overhead.recorded.steps,
      milliseconds(overhead.timed.median), overhead.timed.steps, cost(overhead));
}

}  // namespace switchyard
