#pragma once
// The share of a loss's growth that routing causes.

#include <cstdint>
#include <optional>
#include <span>

#include "analysis/landscape/loss_surface.hpp"

namespace switchyard {

/// Over the points P where the loss L has grown by more than `resolution` since the origin,
///
///   sum_P (L - L_fixed) / sum_P (L - L_origin),
///
/// the loss L_fixed being that with routing as at the origin: points count by how much the loss has
/// grown there. 0: it would have grown as much with routing fixed; 1: not at all; less than 0: it
/// would have grown more. None where there is no such loss, or where the loss has grown nowhere. A
/// share of little growth says little, and can be of any size.
struct RoutingShare {
  std::optional<double> sets;     ///< caused by other sets of experts
  std::optional<double> weights;  ///< caused by other sets and other weights
  double growth = 0;              ///< sum_P (L - L_origin)
  std::int64_t points = 0;        ///< in P
};

/// Of a sweep, or of a single point of it.
RoutingShare routing_share(std::span<const SurfacePoint> points, const SurfacePoint& origin,
                           double resolution);

}  // namespace switchyard
