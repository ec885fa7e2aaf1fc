#pragma once
// Strong ids: a rank cannot be passed where an expert is meant.

#include <compare>
#include <cstdint>

namespace switchyard {

template <class Tag>
struct StrongId {
  int value = 0;
  auto operator<=>(const StrongId&) const = default;
};

using Rank = StrongId<struct RankTag>;        ///< position in a communicator's group
using ExpertId = StrongId<struct ExpertTag>;  ///< global expert number, 0..E-1
using LayerId = StrongId<struct LayerTag>;    ///< MoE layer, 0 for the head

}  // namespace switchyard
