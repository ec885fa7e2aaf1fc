#pragma once
// What an analysis is of, so that it is not continued with something else.

#include <cstdint>
#include <string>

#include "apps/curvature/config.hpp"
#include "apps/curvature/results_folder.hpp"

namespace switchyard {

struct CurvatureIdentity {
  std::string weights;        ///< fingerprint() of the model
  std::uint32_t samples = 0;  ///< checksum of the samples
  std::string grid;           ///< "dp 2 x ep 1": on another, results agree to rounding
};

/// Whether the analysis may begin in the folder, or (`resume`) go on with what it holds: with the
/// same settings, weights and samples. Throws Error where it holds results that are neither to be
/// continued nor replaced, where it is a training run's, or where what it holds is of something
/// else, naming what differs. Changes nothing. Collective.
void check_results(const ResultsFolder& folder, const CurvatureConfig& config,
                   const CurvatureIdentity& identity, Communicator& world, Logger& log);

/// Makes the folder ready after check_results(): unless it is to be resumed, removes what is
/// replaced, and writes config.cfg and build.json. Collective.
void start_results(const ResultsFolder& folder, const CurvatureConfig& config,
                   const CurvatureIdentity& identity, Communicator& world);

}  // namespace switchyard
