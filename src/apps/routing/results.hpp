#pragma once
// What an analysis of routing found, as one value and as JSON.

#include <optional>
#include <string>
#include <vector>

#include "analysis/profile/quantiles.hpp"
#include "apps/routing/agreement.hpp"
#include "apps/routing/measure.hpp"
#include "apps/trained_run.hpp"

namespace switchyard {

struct RoutingResults {
  WeightsOrigin weights;
  std::string split;
  ModelConfig model;
  MetricSums metrics;
  RoutingSums sums;
  std::vector<double> parameter_cosines;  ///< (E,E)
  std::vector<SampleLine> lines;
  std::vector<RunAgreement> against;
};

/// docs/routing.md names the fields.
std::string routing_json(const RoutingResults& results);

}  // namespace switchyard
