#include <fmt/format.h>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {

std::string overhead_section(const ProfileFigures& figures) {
  const Overhead& overhead = figures.overhead;
  if (!overhead.ratio) return "\nrecording: no other step was timed, its cost is not known\n";
  std::string text = fmt::format(
      "\nrecorded steps {} ms (median of {}), steps timed as wholes {} ms ({})\nrecording: "
      "{:+.1f}%",
      milliseconds(overhead.recorded.median), overhead.recorded.steps,
      milliseconds(overhead.timed.median), overhead.timed.steps, 100 * *overhead.ratio);
  if (overhead.interval)
    text += fmt::format(", 95% within [{:+.1f}%, {:+.1f}%]", 100 * overhead.interval->lower,
                        100 * overhead.interval->upper);
  return text + "\n";
}

}  // namespace switchyard
