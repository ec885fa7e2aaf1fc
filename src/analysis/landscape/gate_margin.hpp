#pragma once
// By how much a gate prefers the experts it chooses.

#include <optional>
#include <vector>

#include "comm/communicator.hpp"

namespace switchyard {

/// Of samples' margins: by how much the last expert that a sample goes to leads the first that it
/// does not, in routing logits; of a soft head, the first expert the second.
struct GateMargin {
  double mean = 0;
  double median = 0;
  double minimum = 0;
};

/// Of the margins of all ranks, `mine` this rank's; the same on every rank and however samples are
/// dealt out. None where there are no margins. Collective.
std::optional<GateMargin> gate_margin(Communicator& world, const std::vector<double>& mine);

}  // namespace switchyard
