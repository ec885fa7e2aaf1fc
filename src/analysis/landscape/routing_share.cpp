#include "analysis/landscape/routing_share.hpp"

namespace switchyard {
namespace {

template <class FixedLoss>
std::optional<double> share(std::span<const SurfacePoint> points, const SurfacePoint& origin,
                            double resolution, FixedLoss fixed_loss) {
  double growth = 0, by_routing = 0;
  for (const SurfacePoint& point : points) {
    if (!(point.loss - origin.loss > resolution)) continue;
    if (!point.routing) return {};
    const std::optional<double> fixed = fixed_loss(*point.routing);
    if (!fixed) return {};
    growth += point.loss - origin.loss;
    by_routing += point.loss - *fixed;
  }
  return growth > 0 ? std::optional(by_routing / growth) : std::nullopt;
}

}  // namespace

RoutingShare routing_share(std::span<const SurfacePoint> points, const SurfacePoint& origin,
                           double resolution) {
  auto fixed_set = [](const RoutingAtPoint& routing) { return routing.fixed_set_loss; };
  auto fixed_weights = [](const RoutingAtPoint& routing) {
    return std::optional(routing.fixed_weights_loss);
  };
  return {share(points, origin, resolution, fixed_set),
          share(points, origin, resolution, fixed_weights)};
}

}  // namespace switchyard
