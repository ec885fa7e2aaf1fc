#include "analysis/profile/step_times.hpp"

namespace switchyard {

StepTimes step_times(const RecordedSteps& steps) {
  StepTimes times;
  std::vector<double> all;
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    const std::vector<double> seconds = steps.seconds(rank);
    times.per_rank.push_back(quantiles_of(seconds));
    all.insert(all.end(), seconds.begin(), seconds.end());
  }
  times.over_ranks = quantiles_of(all);
  return times;
}

}  // namespace switchyard
