#pragma once
// The results of an analysis: curvature.json and the table on the terminal.

#include <string>

#include "apps/curvature/session.hpp"
#include "apps/json.hpp"
#include "apps/trained_run.hpp"

namespace switchyard {

/// What was measured: the run, its weights, the samples, the matrix. `weights` is their
/// fingerprint, `samples` the checksum of the samples' indices.
Json subject_of(const CurvatureSession& session, const RunFolder& run, const WeightsOrigin& origin,
                const std::string& weights, std::uint32_t samples);

/// Every setting as text, as in config.cfg.
Json settings_of(const CurvatureConfig& config);

/// The results as lines for a terminal.
std::string results_table(const Json& report);

}  // namespace switchyard
