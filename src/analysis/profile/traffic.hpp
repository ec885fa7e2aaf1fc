#pragma once
// Who sends how much to whom.

#include "analysis/profile/reach.hpp"
#include "analysis/profile/recorded_steps.hpp"

namespace switchyard {

/// Bytes in all recorded steps, exact, of collectives on rows.
struct Traffic {
  std::vector<std::vector<std::int64_t>> matrix;  ///< [from][to], ranks of the world
  std::vector<std::int64_t> sent;                 ///< sums of rows
  std::vector<std::int64_t> received;             ///< sums of columns
  BytesSent total;
};

Traffic traffic(const RecordedSteps& steps);

}  // namespace switchyard
