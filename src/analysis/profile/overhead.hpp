#pragma once
// What recording costs: recorded steps beside steps that were timed as wholes.

#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

/// Of each kind, for an interval: of fewer, not even the whole range of the steps holds their
/// median with a probability of 95 % (1 - 2^(1-n), see median_interval()), and no resample leaves
/// it.
inline constexpr std::size_t kFewestSteps = 6;

struct TimedSteps {
  std::size_t steps = 0;
  double median = 0;  ///< seconds, each step the mean of its ranks
};

struct Overhead {
  TimedSteps recorded;
  TimedSteps timed;
  std::optional<double> ratio;  ///< of the medians, less 1; nothing without timed steps
  /// Its 95 % interval, by percentiles of bootstrap resamples of both sides (Efron 1979), the same
  /// ones on each call; nothing with fewer than kFewestSteps on a side.
  struct Interval {
    double lower = 0;
    double upper = 0;
  };
  std::optional<Interval> interval;
};

Overhead overhead(std::span<const RankProfile> profiles);

}  // namespace switchyard
