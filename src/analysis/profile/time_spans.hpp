#pragma once
// Arithmetic of intervals of time.

#include <vector>

#include "profile/clock.hpp"

namespace switchyard {

inline constexpr double kSecondsPerNanosecond = 1e-9;
constexpr double seconds_of(std::int64_t nanoseconds) {
  return kSecondsPerNanosecond * static_cast<double>(nanoseconds);
}

/// What both have; of length 0 where they do not meet.
TimeSpan intersection(TimeSpan a, TimeSpan b);

/// Nanoseconds that at least one of them covers.
std::int64_t covered(std::vector<TimeSpan> spans);

}  // namespace switchyard
