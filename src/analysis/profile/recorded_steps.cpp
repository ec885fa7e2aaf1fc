#include "analysis/profile/recorded_steps.hpp"

#include "analysis/profile/time_spans.hpp"
#include "base/error.hpp"

namespace switchyard {

RecordedSteps::RecordedSteps(std::span<const RankProfile> profiles)
    : profiles_(profiles), indices_(profiles.size()), positions_(profiles.size()) {
  for (std::size_t rank = 0; rank < profiles.size(); ++rank) {
    const auto& steps = profiles[rank].steps;
    for (std::size_t index = 0; index < steps.size(); ++index) {
      const bool recorded = steps[index].role == StepRole::recorded;
      positions_[rank].push_back(recorded ? static_cast<std::int64_t>(indices_[rank].size()) : -1);
      if (recorded) indices_[rank].push_back(index);
    }
    SY_REQUIRE(!indices_[rank].empty(), ExitCode::run_failed,
               "no step was recorded on rank {} (the command ended before the first step of "
               "--profile steps=A:B); choose a lower A, steps are counted from 0",
               rank);
    bool same = indices_[rank].size() == count();
    for (std::size_t p = 0; same && p < count(); ++p) same = at(rank, p).number == number(p);
    SY_REQUIRE(
        same, ExitCode::run_failed,
        "ranks 0 and {} recorded different steps ({} from {} on, {} from {} on); they are not "
        "of one run",
        rank, count(), number(0), indices_[rank].size(), at(rank, 0).number);
  }
}

const StepRecord& RecordedSteps::at(std::size_t rank, std::size_t position) const {
  return profiles_[rank].steps[indices_[rank][position]];
}

std::vector<double> RecordedSteps::seconds(std::size_t rank) const {
  std::vector<double> seconds;
  for (std::size_t p = 0; p < count(); ++p)
    seconds.push_back(seconds_of(at(rank, p).device.length()));
  return seconds;
}

std::optional<std::size_t> RecordedSteps::position(std::size_t rank, std::int32_t index) const {
  const auto& positions = positions_[rank];
  const auto i = static_cast<std::size_t>(index);
  if (i >= positions.size() || positions[i] < 0) return std::nullopt;
  return static_cast<std::size_t>(positions[i]);
}

}  // namespace switchyard
