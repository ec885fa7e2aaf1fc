#pragma once
// Results as JSON, and back where an analysis continues from them.

#include <string>
#include <vector>

#include "analysis/landscape/sweep.hpp"
#include "analysis/quadrature_rule.hpp"
#include "analysis/trace/hutchinson.hpp"
#include "apps/json.hpp"

namespace switchyard {

// What is not a finite number, or is not there, is null.
Json to_json(const TraceEstimate& estimate);
Json to_json(const HutchinsonSamples& samples);
Json to_json(const QuadratureRule& rule);
Json to_json(const SurfacePoint& point);

HutchinsonSamples samples_from(const Json& json);
QuadratureRule rule_from(const Json& json);
SurfacePoint point_from(const Json& json);

}  // namespace switchyard
