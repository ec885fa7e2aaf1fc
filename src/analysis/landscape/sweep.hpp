#pragma once
// Loss and routing along a line, or on a plane, through a model's parameters.

#include <functional>
#include <span>
#include <vector>

#include "analysis/landscape/loss_surface.hpp"

namespace switchyard {

/// `count` numbers from `first` to `last`, equally far apart; of one, `first`. The ends, and the
/// middle 0 of symmetric ones, are exact.
std::vector<double> linspace(double first, double last, int count);

/// The points of a line: one coordinate each.
std::vector<std::vector<double>> line_points(std::span<const double> alphas);
/// All pairs of a first and a second coordinate; the second one changes fastest.
std::vector<std::vector<double>> plane_points(std::span<const double> alphas,
                                              std::span<const double> betas);

/// Called with all that is measured so far after each new point; may throw, on all ranks alike, to
/// stop.
using SweepProgress = std::function<void(std::span<const SurfacePoint>)>;

/// The surface at every one of `points`, in their order. `done` are results of an earlier sweep of
/// the same surface and directions, the first of `points` in their order: they are not measured
/// again; results of other points are an Error(bad_data). Collective.
std::vector<SurfacePoint> sweep(LossSurface& surface, std::span<const Tensor> directions,
                                std::span<const std::vector<double>> points,
                                std::vector<SurfacePoint> done = {},
                                const SweepProgress& progress = {});

}  // namespace switchyard
