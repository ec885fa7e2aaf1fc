#pragma once
// Routings for benchmarks and predictions: how many tokens each rank has, and which experts each
// token goes to. Pure functions of (workload, seed, step), one kind of imbalance each.
//
// All ranks' tokens are numbered through, rank by rank. Who goes where does not depend on how many
// ranks hold them, and only hot_rank, spread_heat and burst read how experts are sharded.
//
// With T tokens and k choices, expert e gets m_e rows in proportion to its weight: each m_e within
// one of its exact share, their sum kT, none above T (what an expert cannot take goes to the others
// by weight). Line up all kT rows sorted by expert: token t takes the rows p(t), p(t) + T, ...,
// p(t) + (k - 1) T, which are of k different experts, since none has more than T. p(t) = (a t + b)
// mod T, where b is drawn for each step and a is, of the 64 integers from T / golden ratio on, the
// one for which the largest quotient of the continued fraction of a / T is least: any run of
// consecutive tokens, such as a rank's, then spreads over the experts in nearly the proportions of
// all (Kuipers and Niederreiter, Uniform Distribution of Sequences, 2.3).

#include <cstdint>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

/// What a hot expert weighs; the others weigh 1.
inline constexpr std::int64_t kHeat = 4;
/// One step of so many is a burst.
inline constexpr std::int64_t kBurstPeriod = 8;

/// With E experts, of which each weighs 1 and each rank has as many tokens, unless stated. What is
/// "one" is chosen by the seed. On a single rank what tells ranks apart is as balanced.
enum class RoutingWorkload {
  balanced,
  hot_experts,        ///< max(1, E / 8) experts, anywhere, are hot in all steps
  hot_rank,           ///< all experts of one rank of the expert-parallel group are hot
  spread_heat,        ///< one expert of each rank of the group is hot: ranks are as balanced
  ragged_source,      ///< the ranks' tokens are as 1 : 2 : ... : ranks, in some order
  zero_rank,          ///< one rank has no tokens
  rotating_hot_spot,  ///< max(1, E / 8) neighbouring experts are hot, one farther in each step
  burst,  ///< in one step of 8 all tokens go to the k experts from a rank's first one on
};
inline constexpr Choice<RoutingWorkload> routing_workload_choices[] = {
    {RoutingWorkload::balanced, "balanced"},
    {RoutingWorkload::hot_experts, "hot_experts"},
    {RoutingWorkload::hot_rank, "hot_rank"},
    {RoutingWorkload::spread_heat, "spread_heat"},
    {RoutingWorkload::ragged_source, "ragged_source"},
    {RoutingWorkload::zero_rank, "zero_rank"},
    {RoutingWorkload::rotating_hot_spot, "rotating_hot_spot"},
    {RoutingWorkload::burst, "burst"}};

struct RoutingSpec {
  RoutingWorkload workload = RoutingWorkload::balanced;
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::int64_t tokens = 0;  ///< of all ranks, below 2^31
  int experts = 1;
  int k = 1;
  int ranks = 1;  ///< that hold tokens
  int ep = 1;     ///< that experts are sharded over, see expert_range()
};

/// The routing of one step.
class WorkloadRouting {
 public:
  /// Error(bad_usage) where k is not in [1, experts], or there are more ranks than experts in a
  /// group.
  explicit WorkloadRouting(const RoutingSpec& spec);

  /// By rank.
  const std::vector<std::int64_t>& tokens() const { return tokens_; }
  /// The number of a rank's first token.
  std::int64_t first_token(int rank) const;
  /// Rows of all tokens together, by expert.
  const std::vector<std::int64_t>& loads() const { return loads_; }
  /// (last - first, k): the experts of tokens [first, last).
  std::vector<std::int32_t> chosen(std::int64_t first, std::int64_t last) const;
  /// Those of a rank's tokens.
  std::vector<std::int32_t> chosen(int rank) const;

 private:
  RoutingSpec spec_;
  std::vector<std::int64_t> tokens_;
  std::vector<std::int64_t> loads_;
  std::vector<std::int64_t> ends_;  ///< of each expert in the line of all rows
  std::int64_t stride_ = 1, start_ = 0;
};

}  // namespace switchyard
