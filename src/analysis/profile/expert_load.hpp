#pragma once
// How evenly rows fall on experts and on the ranks that have them.

#include "analysis/profile/quantiles.hpp"
#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

using RowCounts = std::vector<std::int64_t>;

/// Largest over mean; nothing without rows.
std::optional<double> max_over_mean(const RowCounts& rows);

/// Rows on the way to the experts of one MoE layer, from all ranks.
struct ExpertLoad {
  std::int32_t layer = 0;                     ///< today's models have one, number 0
  std::vector<RowCounts> rows_per_step;       ///< [step][expert]
  std::vector<RowCounts> rank_rows_per_step;  ///< [step][rank]: what the experts of a rank got

  std::size_t experts() const { return rows_per_step.front().size(); }
  RowCounts rows() const;       ///< of each expert, all steps
  RowCounts rank_rows() const;  ///< of each rank, all steps
  /// Population standard deviation over mean, over experts; nothing without rows.
  std::optional<double> cv() const;
  /// With less than a tenth of an even share; none where there were no rows at all.
  std::vector<std::size_t> dead() const;
};

/// One a layer, in order.
std::vector<ExpertLoad> expert_loads(const RecordedSteps& steps);

}  // namespace switchyard
