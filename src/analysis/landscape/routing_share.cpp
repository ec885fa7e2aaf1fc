#include "analysis/landscape/routing_share.hpp"

#include <vector>

namespace switchyard {
namespace {

std::vector<const SurfacePoint*> grown(std::span<const SurfacePoint> points, double above) {
  std::vector<const SurfacePoint*> found;
  for (const SurfacePoint& point : points)
    if (point.loss > above) found.push_back(&point);
  return found;
}

template <class FixedLoss>
std::optional<double> share(const std::vector<const SurfacePoint*>& points, double growth,
                            FixedLoss fixed_loss) {
  if (points.empty()) return {};
  double by_routing = 0;
  for (const SurfacePoint* point : points) {
    if (!point->routing) return {};
    const std::optional<double> fixed = fixed_loss(*point->routing);
    if (!fixed) return {};
    by_routing += point->loss - *fixed;
  }
  return by_routing / growth;
}

}  // namespace

RoutingShare routing_share(std::span<const SurfacePoint> points, const SurfacePoint& origin,
                           double resolution) {
  const auto counted = grown(points, origin.loss + resolution);
  double growth = 0;
  for (const SurfacePoint* point : counted) growth += point->loss - origin.loss;
  auto fixed_set = [](const RoutingAtPoint& routing) { return routing.fixed_set_loss; };
  auto fixed_weights = [](const RoutingAtPoint& routing) {
    return std::optional(routing.fixed_weights_loss);
  };
  return {.sets = share(counted, growth, fixed_set),
          .weights = share(counted, growth, fixed_weights),
          .growth = growth,
          .points = std::ssize(counted)};
}

}  // namespace switchyard
