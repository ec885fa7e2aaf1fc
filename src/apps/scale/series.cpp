#include "apps/scale/series.hpp"

#include <algorithm>

#include "parallel/grid.hpp"

namespace switchyard {
namespace {

std::vector<int> sorted_ranks(const ScaleConfig& config) {
  std::vector<int> ranks = config.ranks;
  SY_REQUIRE(!ranks.empty(), ExitCode::bad_usage,
             "--ranks names no number of ranks; give some, as in --ranks 1,2,4");
  std::ranges::sort(ranks);
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  return ranks;
}

std::vector<int> eps_of(int ranks, const ScaleConfig& config, const HeadConfig& head) {
  const int asked = config.training.execution.ep;
  if (asked > 0 || config.grids == GridChoice::largest_ep)
    return {choose_expert_parallel(asked, ranks, head)};
  std::vector<int> eps;
  for (int ep = 1; ep <= choose_expert_parallel(0, ranks, head); ++ep)
    if (ranks % ep == 0) eps.push_back(ep);
  return eps;
}

StepShape on_ranks(const StepShape& shape, int ranks, int fewest, ScalingMode mode) {
  StepShape scaled = shape;
  if (mode == ScalingMode::weak) scaled.batch = shape.batch * ranks / fewest;
  SY_REQUIRE(
      scaled.batch >= ranks, ExitCode::bad_usage,
      "a batch of {} leaves some of {} ranks without a sample; raise --batch, give --mode weak "
      "or fewer --ranks",
      scaled.batch, ranks);
  return scaled;
}

ScaleSeries make_series(const ScaleConfig& config, const StepShape& shape) {
  const std::vector<int> all = sorted_ranks(config);
  ScaleSeries series;
  for (int ranks : all)
    for (int ep : eps_of(ranks, config, shape.model.head))
      series.steps.push_back({on_ranks(shape, ranks, all.front(), config.mode), {ranks, ep}});
  return series;
}

}  // namespace

std::vector<ScaleSeries> series_of(const ScaleConfig& config) {
  std::vector<ScaleSeries> all;
  TrainConfig training = config.training;
  std::vector<int> experts = config.expert_counts;
  if (experts.empty()) experts = {training.model.head.experts};
  std::vector<int> batches = config.batches;
  if (batches.empty()) batches = {static_cast<int>(training.run.batch)};
  for (int count : experts) {
    for (int batch : batches) {
      training.model.head.experts = count;
      training.run.batch = batch;
      all.push_back(make_series(config, shape_of(training, config.classes)));
    }
  }
  return all;
}

}  // namespace switchyard
