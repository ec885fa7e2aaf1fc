#pragma once
// Latencies and bandwidths fitted to measured calls.

#include <span>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

/// Calls within nodes give the one link; those that cross nodes, less what the first says of their
/// hops within nodes, the other. What they do not determine stays as in `prior`.
Links fit_links(std::span<const MeasuredCall> calls, AllReduceAlgorithm algorithm,
                const Links& prior);

}  // namespace switchyard
