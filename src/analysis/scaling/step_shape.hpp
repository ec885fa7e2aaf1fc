#pragma once
// What decides the work and the messages of a training step, on whatever machine it runs.

#include <algorithm>
#include <cstdint>

#include "analysis/scaling/collective_cost.hpp"
#include "model/objective.hpp"
#include "ops/precision.hpp"
#include "parallel/distributed_classifier.hpp"

namespace switchyard {

/// ranks = dp x ep; ep divides them.
struct GridShape {
  int ranks = 1;
  int ep = 1;
  int dp() const { return ranks / ep; }
  bool operator==(const GridShape&) const = default;
};

struct StepShape {
  ModelConfig model;
  ObjectiveConfig objective;
  std::int64_t batch = 128;  ///< of all ranks
  Precision precision = Precision::f32;
  NormSync norm_sync = NormSync::sync;
  int overlap_degree = 1;
  double clip_norm = 0;

  double samples(const GridShape& grid) const { return static_cast<double>(batch) / grid.ranks; }
  /// Rows that a rank sends to experts.
  double rows(const GridShape& grid) const { return samples(grid) * model.head.active_experts(); }
};

enum class RankGroup { world, expert_parallel, data_parallel };
inline constexpr Choice<RankGroup> rank_group_choices[] = {
    {RankGroup::world, "world"},
    {RankGroup::expert_parallel, "expert-parallel"},
    {RankGroup::data_parallel, "data-parallel"}};

/// Ranks of an expert-parallel group are adjacent, those of a data-parallel group ep apart.
inline GroupLayout layout_of(RankGroup group, const GridShape& grid, int ranks_per_node) {
  const int size = group == RankGroup::world             ? grid.ranks
                   : group == RankGroup::expert_parallel ? grid.ep
                                                         : grid.dp();
  const int apart = group == RankGroup::data_parallel ? grid.ep : 1;
  return {size, std::clamp(ranks_per_node / apart, 1, size)};
}

}  // namespace switchyard
