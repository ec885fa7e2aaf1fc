#pragma once
// A sweep of the loss as a table for plotting.

#include <span>
#include <string>

#include "analysis/landscape/loss_surface.hpp"

namespace switchyard {

/// CSV, one line a point: coordinates `alpha` (and `beta`), the columns of SurfacePoint, the
/// growth of the loss at that point (0: none beyond rounding), and the shares of it that routing
/// causes. What does not exist is empty.
std::string sweep_table(std::span<const SurfacePoint> points, const LossSurface& surface);

}  // namespace switchyard
