#pragma once
// What an analysis of routing found, as one value and as JSON.

#include <string>
#include <vector>

#include "apps/routing/agreement.hpp"
#include "apps/routing/figures.hpp"
#include "apps/trained_run.hpp"

namespace switchyard {

struct RoutingResults {
  std::string run;  ///< its folder
  WeightsOrigin weights;
  std::string split;
  ModelConfig model;
  RoutingFigures figures;
  std::vector<SampleLine> lines;
  std::vector<RunAgreement> against;
};

/// docs/routing.md names the fields.
std::string routing_json(const RoutingResults& results);

}  // namespace switchyard
