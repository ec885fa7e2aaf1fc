#include "apps/curvature/sweep_table.hpp"

#include <fmt/format.h>

#include "analysis/landscape/routing_share.hpp"

namespace switchyard {
namespace {

std::string cell(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "";
}

std::string routing_cells(const SurfacePoint& point, const LossSurface& surface) {
  if (!point.routing) return "";
  const RoutingAtPoint& routing = *point.routing;
  const auto& margin = routing.margin;
  const RoutingShare share =
      routing_share(std::span(&point, 1), surface.origin(), surface.resolution());
  return fmt::format(",{},{},{},{},{},{},{},{},{},{}", routing.rerouted,
                     margin ? cell(margin->mean) : "", margin ? cell(margin->median) : "",
                     margin ? cell(margin->minimum) : "", routing.entropy,
                     cell(routing.fixed_set_loss), routing.fixed_weights_loss, share.growth,
                     cell(share.sets), cell(share.weights));
}

}  // namespace

std::string sweep_table(std::span<const SurfacePoint> points, const LossSurface& surface) {
  std::string text = points.front().coordinates.size() > 1 ? "alpha,beta" : "alpha";
  text += ",loss,accuracy";
  if (points.front().routing)
    text +=
        ",rerouted,margin_mean,margin_median,margin_minimum,entropy,loss_fixed_sets,"
        "loss_fixed_weights,growth,share_sets,share_weights";
  text += '\n';
  for (const SurfacePoint& point : points)
    text += fmt::format("{},{},{}{}\n", fmt::join(point.coordinates, ","), point.loss,
                        point.accuracy, routing_cells(point, surface));
  return text;
}

}  // namespace switchyard
