#include "analysis/routing_workload.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "analysis/apportionment.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

// Coordinates of what is drawn for a workload.
enum Draw : std::uint32_t { start, hot_expert, hot_place, rank_order, burst_phase };

RandomStream stream_of(const RoutingSpec& spec) {
  return RandomStream(spec.seed, RandomPurpose::routing_workload);
}

std::int64_t draw_below(const RoutingSpec& spec, std::int64_t bound, std::int64_t sample,
                        Draw what) {
  return static_cast<std::int64_t>(stream_of(spec).below(static_cast<std::uint64_t>(bound),
                                                         static_cast<std::uint64_t>(sample), what));
}

// The first `count` of 0..of-1 in an order of the seed.
std::vector<int> draw_some(const RoutingSpec& spec, int count, int of, Draw what) {
  std::vector<int> order(static_cast<std::size_t>(of));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&, stream = stream_of(spec)](int i) {
    return std::pair(stream.word(static_cast<std::uint64_t>(i), what), i);
  });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

ExpertRange shard_of_one_rank(const RoutingSpec& spec) {
  const auto place = static_cast<int>(draw_below(spec, spec.ep, 0, hot_place));
  return expert_range(spec.experts, spec.ep, place);
}

std::vector<int> one_of_each_rank(const RoutingSpec& spec) {
  std::vector<int> experts;
  for (int place = 0; place < spec.ep; ++place) {
    const ExpertRange range = expert_range(spec.experts, spec.ep, place);
    experts.push_back(range.first +
                      static_cast<int>(draw_below(spec, range.size(), place, hot_expert)));
  }
  return experts;
}

std::vector<int> neighbours(const RoutingSpec& spec, std::int64_t first, int count) {
  std::vector<int> experts;
  for (int i = 0; i < count; ++i) experts.push_back(static_cast<int>((first + i) % spec.experts));
  return experts;
}

std::vector<int> hot_experts(const RoutingSpec& spec) {
  const int some = std::max(1, spec.experts / 8);
  const ExpertRange shard = shard_of_one_rank(spec);
  switch (spec.workload) {
    case RoutingWorkload::hot_experts:
      return draw_some(spec, some, spec.experts, hot_expert);
    case RoutingWorkload::hot_rank:
      return neighbours(spec, shard.first, shard.size());
    case RoutingWorkload::spread_heat:
      return one_of_each_rank(spec);
    case RoutingWorkload::rotating_hot_spot:
      return neighbours(spec, draw_below(spec, spec.experts, 0, hot_expert) + spec.step, some);
    case RoutingWorkload::balanced:
    case RoutingWorkload::ragged_source:
    case RoutingWorkload::zero_rank:
    case RoutingWorkload::burst:
      break;
  }
  return {};
}

bool is_burst(const RoutingSpec& spec) {
  return spec.workload == RoutingWorkload::burst &&
         spec.step % kBurstPeriod == draw_below(spec, kBurstPeriod, 0, burst_phase);
}

Numbers with(const std::vector<int>& places, std::int64_t value, Numbers numbers) {
  for (int place : places) numbers[static_cast<std::size_t>(place)] = value;
  return numbers;
}

Numbers expert_weights(const RoutingSpec& spec) {
  const auto experts = static_cast<std::size_t>(spec.experts);
  if (is_burst(spec))
    return with(neighbours(spec, shard_of_one_rank(spec).first, spec.k), 1, Numbers(experts, 0));
  return with(hot_experts(spec), kHeat, Numbers(experts, 1));
}

Numbers rank_weights(const RoutingSpec& spec) {
  Numbers weights(static_cast<std::size_t>(spec.ranks), 1);
  if (spec.workload == RoutingWorkload::ragged_source) {
    std::int64_t weight = 0;
    for (int rank : draw_some(spec, spec.ranks, spec.ranks, rank_order))
      weights[static_cast<std::size_t>(rank)] = ++weight;
  }
  if (spec.workload == RoutingWorkload::zero_rank && spec.ranks > 1)
    return with(draw_some(spec, 1, spec.ranks, rank_order), 0, std::move(weights));
  return weights;
}

// Of the continued fraction of a / b: multiples of a spread evenly modulo b where it is small.
std::int64_t largest_quotient(std::int64_t a, std::int64_t b) {
  std::int64_t largest = 0;
  for (; a != 0; b = std::exchange(a, b % a)) largest = std::max(largest, b / a);
  return b == 1 ? largest : std::numeric_limits<std::int64_t>::max();
}

std::int64_t golden_stride(std::int64_t tokens) {
  constexpr std::int64_t kCandidates = 64;
  const auto first = std::llround(static_cast<double>(tokens) / std::numbers::phi);
  std::int64_t best = 1;
  for (std::int64_t stride = first; stride < first + kCandidates; ++stride)
    if (largest_quotient(stride, tokens) < largest_quotient(best, tokens)) best = stride;
  return best;
}

}  // namespace

WorkloadRouting::WorkloadRouting(const RoutingSpec& spec) : spec_(spec) {
  SY_REQUIRE(spec.k >= 1 && spec.k <= spec.experts, ExitCode::bad_usage,
             "a token cannot go to {} of {} experts (its choices differ); choose from 1 to {}",
             spec.k, spec.experts, spec.experts);
  SY_REQUIRE(spec.ep >= 1 && spec.ep <= spec.experts, ExitCode::bad_usage,
             "{} experts cannot be sharded over {} ranks (some would have none); use more experts "
             "or smaller groups",
             spec.experts, spec.ep);
  tokens_ = apportion(spec.tokens, rank_weights(spec));
  loads_ = apportion(spec.tokens * spec.k, expert_weights(spec), spec.tokens);
  std::partial_sum(loads_.begin(), loads_.end(), std::back_inserter(ends_));
  if (spec.tokens == 0) return;
  stride_ = golden_stride(spec.tokens);
  start_ = draw_below(spec, spec.tokens, spec.step, start);
}

std::int64_t WorkloadRouting::first_token(int rank) const {
  return std::accumulate(tokens_.begin(), tokens_.begin() + rank, std::int64_t{0});
}

std::vector<std::int32_t> WorkloadRouting::chosen(std::int64_t first, std::int64_t last) const {
  std::vector<std::int32_t> experts;
  experts.reserve(static_cast<std::size_t>((last - first) * spec_.k));
  for (std::int64_t token = first; token < last; ++token) {
    const std::int64_t row = (stride_ * token + start_) % spec_.tokens;
    for (std::int64_t choice = 0; choice < spec_.k; ++choice) {
      const auto owner = std::ranges::upper_bound(ends_, row + choice * spec_.tokens);
      experts.push_back(static_cast<std::int32_t>(owner - ends_.begin()));
    }
  }
  return experts;
}

std::vector<std::int32_t> WorkloadRouting::chosen(int rank) const {
  const std::int64_t first = first_token(rank);
  return chosen(first, first + tokens_[static_cast<std::size_t>(rank)]);
}

}  // namespace switchyard
