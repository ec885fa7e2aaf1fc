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

/// Makes the folder ready: begins anew, or (`resume`) checks that what it holds is of the same
/// settings, weights and samples. Writes config.cfg and build.json. Throws Error where it holds
/// results that are neither to be continued nor replaced, or where what it holds is of something
/// else, naming what differs. Collective.
void prepare_results(const ResultsFolder& folder, const CurvatureConfig& config,
                     const CurvatureIdentity& identity, Communicator& world, Logger& log);

}  // namespace switchyard
