#include "analysis/profile/expert_load.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace switchyard {
namespace {

constexpr double kDeadShare = 0.1;  // of an even one

double total(const RowCounts& rows) {
  return static_cast<double>(std::accumulate(rows.begin(), rows.end(), std::int64_t{0}));
}

RowCounts sum(const std::vector<RowCounts>& steps) {
  RowCounts all(steps.front().size());
  for (const RowCounts& rows : steps) std::ranges::transform(all, rows, all.begin(), std::plus());
  return all;
}

// The rank of the world that has an expert.
std::size_t owner_of(const RankProfile& sender, const RoutingRecord& pass, std::size_t expert) {
  if (pass.group < 0) return static_cast<std::size_t>(sender.rank);
  const auto& members = sender.groups[static_cast<std::size_t>(pass.group)].members;
  return static_cast<std::size_t>(members[static_cast<std::size_t>(pass.owner[expert])]);
}

}  // namespace

std::optional<double> max_over_mean(const RowCounts& rows) {
  return ratio(
      static_cast<double>(*std::ranges::max_element(rows)) * static_cast<double>(rows.size()),
      total(rows));
}

RowCounts ExpertLoad::rows() const {
  return sum(rows_per_step);
}

RowCounts ExpertLoad::rank_rows() const {
  return sum(rank_rows_per_step);
}

std::optional<double> ExpertLoad::cv() const {
  const RowCounts all = rows();
  const auto count = static_cast<double>(all.size());
  const double mean = total(all) / count;
  double squares = 0;
  for (std::int64_t rows : all)
    squares += (static_cast<double>(rows) - mean) * (static_cast<double>(rows) - mean);
  return ratio(std::sqrt(squares / count), mean);
}

std::vector<std::size_t> ExpertLoad::dead() const {
  const RowCounts all = rows();
  const double least = kDeadShare / static_cast<double>(all.size()) * total(all);
  std::vector<std::size_t> dead;
  for (std::size_t e = 0; e < all.size(); ++e)
    if (static_cast<double>(all[e]) < least) dead.push_back(e);
  return dead;
}

std::vector<ExpertLoad> expert_loads(const RecordedSteps& steps) {
  std::map<std::int32_t, ExpertLoad> layers;
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    const RankProfile& sender = steps.profiles()[rank];
    for (const RoutingRecord& pass : sender.routing) {
      const auto step = steps.position(rank, pass.step);
      if (!step) continue;
      ExpertLoad& load = layers[pass.layer];
      load.layer = pass.layer;
      load.rows_per_step.resize(steps.count(), RowCounts(pass.rows.size()));
      load.rank_rows_per_step.resize(steps.count(), RowCounts(steps.ranks()));
      for (std::size_t e = 0; e < pass.rows.size(); ++e) {
        load.rows_per_step[*step][e] += pass.rows[e];
        load.rank_rows_per_step[*step][owner_of(sender, pass, e)] += pass.rows[e];
      }
    }
  }
  std::vector<ExpertLoad> loads;
  for (auto& [layer, load] : layers) loads.push_back(std::move(load));
  return loads;
}

}  // namespace switchyard
