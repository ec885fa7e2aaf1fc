#include "apps/scale/series.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>

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

std::int64_t batch_on(const StepShape& shape, int ranks, int fewest, ScalingMode mode) {
  return mode == ScalingMode::weak ? shape.batch * ranks / fewest : shape.batch;
}

// Takes those for which `fits` is false out of `ranks`, and says so.
void keep(std::vector<int>& ranks, const std::function<bool(int)>& fits, const std::string& reason,
          ScaleSeries& series) {
  std::vector<int> others;
  std::ranges::copy_if(ranks, std::back_inserter(others), std::not_fn(fits));
  if (others.empty()) return;
  std::erase_if(ranks, std::not_fn(fits));
  const std::string names = fmt::format("{}", fmt::join(others, ", "));
  SY_REQUIRE(!ranks.empty(), ExitCode::bad_usage,
             "there is nothing to predict on {} ranks: {}; name other --ranks", names, reason);
  series.left_out.push_back(fmt::format("Without {} ranks: {}.", names, reason));
}

ScaleSeries make_series(const ScaleConfig& config, const StepShape& shape) {
  ScaleSeries series;
  std::vector<int> ranks = sorted_ranks(config);
  const int ep = config.training.execution.ep;
  keep(
      ranks, [ep](int count) { return ep == 0 || count % ep == 0; },
      fmt::format("--ep {} does not divide them", ep), series);
  const int fewest = ranks.front();
  auto batch = [&](int count) { return batch_on(shape, count, fewest, config.mode); };
  keep(
      ranks, [&](int count) { return batch(count) >= count; },
      fmt::format("a batch of {}{} leaves some without a sample", shape.batch,
                  config.mode == ScalingMode::weak ? fmt::format(" on {} ranks", fewest) : ""),
      series);
  for (int count : ranks) {
    for (int each : eps_of(count, config, shape.model.head)) {
      series.steps.push_back({shape, {count, each}});
      series.steps.back().shape.batch = batch(count);
    }
  }
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
