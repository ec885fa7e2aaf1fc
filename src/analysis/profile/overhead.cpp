#include "analysis/profile/overhead.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

constexpr int kResamples = 2000;

// Seconds of the steps with this role, each the mean of its ranks.
std::vector<double> step_seconds(std::span<const RankProfile> profiles, StepRole role) {
  std::map<std::int64_t, std::vector<double>> steps;
  for (const RankProfile& profile : profiles)
    for (const StepRecord& step : profile.steps)
      if (step.role == role) steps[step.number].push_back(seconds_of(step.device.length()));
  std::vector<double> seconds;
  for (const auto& [number, ranks] : steps) seconds.push_back(mean(ranks));
  return seconds;
}

TimedSteps summary(const std::vector<double>& seconds) {
  return {seconds.size(), seconds.empty() ? 0 : median(seconds)};
}

// std::mt19937_64 is the same everywhere; the library's distributions are not.
double resampled_median(const std::vector<double>& values, std::mt19937_64& random) {
  std::vector<double> sample;
  for (std::size_t i = 0; i < values.size(); ++i)
    sample.push_back(values[random() % values.size()]);
  return median(std::move(sample));
}

std::optional<Overhead::Interval> interval(const std::vector<double>& recorded,
                                           const std::vector<double>& timed) {
  if (std::min(recorded.size(), timed.size()) < kFewestSteps) return std::nullopt;
  std::mt19937_64 random;
  std::vector<double> ratios;
  for (int i = 0; i < kResamples; ++i) {
    const double with = resampled_median(recorded, random);
    if (const auto quotient = ratio(with, resampled_median(timed, random)))
      ratios.push_back(*quotient - 1);
  }
  if (ratios.empty()) return std::nullopt;
  return Overhead::Interval{quantile(ratios, 0.025), quantile(ratios, 0.975)};
}

}  // namespace

Overhead overhead(std::span<const RankProfile> profiles) {
  const std::vector<double> recorded = step_seconds(profiles, StepRole::recorded);
  const std::vector<double> timed = step_seconds(profiles, StepRole::timed);
  Overhead result{summary(recorded), summary(timed), std::nullopt, interval(recorded, timed)};
  if (const auto quotient = ratio(result.recorded.median, result.timed.median))
    result.ratio = *quotient - 1;
  return result;
}

}  // namespace switchyard
