#include "analysis/profile/reach.hpp"

#include <algorithm>

namespace switchyard {

Reach reach_of(std::span<const RankProfile> profiles, std::span<const std::int32_t> members) {
  auto host = [&](std::int32_t rank) { return profiles[static_cast<std::size_t>(rank)].host; };
  const bool together = std::ranges::all_of(
      members, [&](std::int32_t rank) { return host(rank) == host(members.front()); });
  return together ? Reach::intra_node : Reach::inter_node;
}

void BytesSent::add(const RankProfile& from, const RankProfile& to, std::int64_t bytes) {
  if (from.rank == to.rank)
    local += bytes;
  else if (from.host == to.host)
    intra_node += bytes;
  else
    inter_node += bytes;
}

}  // namespace switchyard
