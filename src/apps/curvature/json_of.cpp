#include "apps/curvature/json_of.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

std::optional<double> number_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<double>();
}

// A loss that had overflowed.
double loss_from(const Json& json) {
  return number_from(json).value_or(std::numeric_limits<double>::quiet_NaN());
}

Json to_json(const RoutingAtPoint& routing) {
  Json json = {{"rerouted", routing.rerouted},
               {"margin", nullptr},
               {"entropy", routing.entropy},
               {"loss_fixed_sets", or_null(routing.fixed_set_loss)},
               {"loss_fixed_weights", routing.fixed_weights_loss}};
  if (const auto& margin = routing.margin)
    json["margin"] = {
        {"mean", margin->mean}, {"median", margin->median}, {"minimum", margin->minimum}};
  return json;
}

RoutingAtPoint routing_from(const Json& json) {
  RoutingAtPoint routing{.rerouted = json.at("rerouted"),
                         .margin = std::nullopt,
                         .entropy = json.at("entropy"),
                         .fixed_set_loss = number_from(json.at("loss_fixed_sets")),
                         .fixed_weights_loss = loss_from(json.at("loss_fixed_weights"))};
  if (const Json& margin = json.at("margin"); !margin.is_null())
    routing.margin = {
        .mean = margin.at("mean"), .median = margin.at("median"), .minimum = margin.at("minimum")};
  return routing;
}

}  // namespace

Json to_json(const TraceEstimate& estimate) {
  return {{"trace", estimate.trace},         {"standard_error", estimate.standard_error},
          {"converged", estimate.converged}, {"probes", estimate.probes},
          {"products", estimate.products},   {"samples", estimate.samples}};
}

Json to_json(const HutchinsonSamples& samples) {
  return {{"whole", samples.whole}, {"by_group", samples.by_group}};
}

HutchinsonSamples samples_from(const Json& json) {
  HutchinsonSamples samples;
  json.at("whole").get_to(samples.whole);
  json.at("by_group").get_to(samples.by_group);
  return samples;
}

Json to_json(const QuadratureRule& rule) {
  return {{"nodes", rule.nodes}, {"weights", rule.weights}};
}

QuadratureRule rule_from(const Json& json) {
  QuadratureRule rule;
  json.at("nodes").get_to(rule.nodes);
  json.at("weights").get_to(rule.weights);
  return rule;
}

Json to_json(const SurfacePoint& point) {
  Json json = {
      {"coordinates", point.coordinates}, {"loss", point.loss}, {"accuracy", point.accuracy}};
  if (point.routing) json["routing"] = to_json(*point.routing);
  return json;
}

SurfacePoint point_from(const Json& json) {
  SurfacePoint point{.coordinates = json.at("coordinates"),
                     .loss = loss_from(json.at("loss")),
                     .accuracy = json.at("accuracy"),
                     .routing = std::nullopt};
  if (json.contains("routing")) point.routing = routing_from(json.at("routing"));
  return point;
}

}  // namespace switchyard
