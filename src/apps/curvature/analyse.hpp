#pragma once
// A whole analysis: opens what it is of, runs what is asked for, writes the results.

#include "apps/curvature/config.hpp"
#include "apps/launch.hpp"
#include "base/stop_signals.hpp"

namespace switchyard {

/// Analyses the run's model to the end (done) or until asked to stop (requeue_me, after what had
/// been done was saved). `config` names the folder of the results. Throws Error. Collective.
ExitCode analyse_curvature(const CurvatureConfig& config, const RunFolder& run,
                           const Launch& launch, StopSignals& signals);

}  // namespace switchyard
