#pragma once
// Works that are done again and again and timed: warm-up, repetitions in turn, one figure of all
// ranks.

#include <functional>
#include <span>
#include <vector>

#include "analysis/median_interval.hpp"
#include "machine/machine.hpp"

namespace switchyard {

/// Where works are done. The references must outlive the measuring.
struct BenchPlace {
  Backend& backend;              ///< whose kernels the works enqueue
  Communicator& world;           ///< the ranks that measure together
  DeviceTimer* timer = nullptr;  ///< of the backend's device; null: no device times
};
BenchPlace place_of(Machine& machine);

struct RepetitionPlan {
  int warmup = 5;    ///< times that each work is done before, untimed
  int repeats = 20;  ///< times that it is timed
};

using Work = std::function<void()>;

/// Seconds, [repetition][rank], the same on all ranks.
using RankTimes = std::vector<std::vector<double>>;

struct Measurement {
  RankTimes host;    ///< from behind a barrier until what the work enqueued is done
  RankTimes device;  ///< of the device from the first to the last of that; empty without a timer
};

/// Each work on all ranks together: warm-ups, then rounds of one repetition each, in turn, so that
/// what disturbs the machine disturbs all alike; every round begins with another work. A recorder
/// of the backend sees a repetition, from behind its barrier, as a step. Collective.
std::vector<Measurement> measure_in_turn(const BenchPlace& place, const RepetitionPlan& plan,
                                         std::span<const Work> works);
/// One work.
Measurement measure(const BenchPlace& place, const RepetitionPlan& plan, const Work& work);

/// Of each repetition one number: the slowest rank's, the fastest's, or the mean.
enum class OverRanks { slowest, fastest, average };
inline constexpr Choice<OverRanks> over_ranks_choices[] = {
    {OverRanks::slowest, "max"}, {OverRanks::fastest, "min"}, {OverRanks::average, "average"}};
std::vector<double> over_ranks(const RankTimes& times, OverRanks which = OverRanks::slowest);

/// Of each repetition a work's time over that of another: of the same round, so that what disturbed
/// the machine in it disturbed both.
std::vector<double> ratios(const std::vector<double>& times, const std::vector<double>& others);

struct TimeSummary {
  double median = 0;
  double p95 = 0;
  MedianInterval interval;  ///< 95 % for the median
};
TimeSummary summarize(const std::vector<double>& times);

}  // namespace switchyard
