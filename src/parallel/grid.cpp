#include "parallel/grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace switchyard {
namespace {

// The largest divisor of `world` that is at most `limit`.
int largest_divisor(int world, int limit) {
  int ep = std::min(world, limit);
  while (world % ep != 0) --ep;
  return ep;
}

}  // namespace

int choose_expert_parallel(int asked, int world, const HeadConfig& head) {
  int limit = head.is_moe() ? head.experts : 1;
  int best = largest_divisor(world, limit);
  if (asked == 0) return best;
  SY_REQUIRE(asked <= limit, ExitCode::bad_usage,
             "--ep {} leaves ranks without an expert ({}); use --ep {}{}", asked,
             head.is_moe() ? fmt::format("the model has {} experts", head.experts)
                           : std::string("the dense head has none to shard"),
             best, head.is_moe() ? " or raise --experts" : "");
  SY_REQUIRE(world % asked == 0, ExitCode::bad_usage,
             "--ep {} does not divide the {} ranks of this launch (world = dp x ep); use --ep {} "
             "or launch {} ranks",
             asked, world, best, (world / asked + 1) * asked);
  return asked;
}

ExpertRange expert_range(int experts, int ep, int ep_rank) {
  int base = experts / ep, extra = experts % ep;
  int first = ep_rank * base + std::min(ep_rank, extra);
  return {first, first + base + (ep_rank < extra ? 1 : 0)};
}

ProcessGrid::ProcessGrid(Communicator& world, int ep) : world_(world) {
  int group = world.rank().value / ep, place = world.rank().value % ep;
  expert_parallel_ = world.split(group, fmt::format("expert-parallel group {}", group));
  data_parallel_ = world.split(place, fmt::format("data-parallel group {}", place));
}

}  // namespace switchyard
