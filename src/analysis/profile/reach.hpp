#pragma once
// Within a computer or beyond it.

#include <span>

#include "base/config/field.hpp"
#include "profile/records.hpp"

namespace switchyard {

enum class Reach : std::uint8_t {
  intra_node,  ///< all ranks of the group on one computer
  inter_node,
};
inline constexpr Choice<Reach> reach_choices[] = {{Reach::intra_node, "intra_node"},
                                                  {Reach::inter_node, "inter_node"}};

Reach reach_of(std::span<const RankProfile> profiles, std::span<const std::int32_t> members);

/// Bytes by how far they go.
struct BytesSent {
  std::int64_t local = 0;       ///< stay on their rank
  std::int64_t intra_node = 0;  ///< to another rank of the same computer
  std::int64_t inter_node = 0;

  void add(const RankProfile& from, const RankProfile& to, std::int64_t bytes);
};

}  // namespace switchyard
