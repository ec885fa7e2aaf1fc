#pragma once
// Which steps of a command are profiled.
//
// Beside the recorded steps [first, last) as many are timed as wholes, half of them before and half
// behind (all behind where there are too few before): what recording costs is the difference.

#include <cstdint>
#include <string>

namespace switchyard {

enum class StepRole : std::uint8_t {
  unwatched,
  timed,     ///< as a whole, for comparison
  recorded,  ///< zone by zone
};

struct ProfileWindow {
  std::int64_t first = 0;
  std::int64_t last = 0;

  std::int64_t length() const { return last - first; }
  /// The first step that is not unwatched, and the one behind the last such.
  std::int64_t begin() const;
  std::int64_t end() const;
  StepRole role(std::int64_t step) const;
};

/// Of "steps=A:B", steps A to B - 1 counted from 0, 10,000 of them at most. Error(bad_usage) for
/// anything else.
ProfileWindow parse_profile_window(const std::string& text);

/// Error(bad_usage) where the window begins behind the last of `steps` steps.
void require_within(const ProfileWindow& window, std::int64_t steps);

}  // namespace switchyard
