#pragma once
// A profile as traces: for eyes (Perfetto, chrome://tracing) and for Holistic Trace Analysis.

#include <filesystem>

#include "analysis/profile/profile_figures.hpp"

namespace switchyard {

/// Writes into `folder`, which is there: trace.json, all ranks on one timeline by rank 0's clock,
/// and trace/rank-N.json, one a rank, in the form of PyTorch's profiler: docs/profiling.md. Traces
/// of an earlier profile go. `figures`: of `steps`.
void write_chrome_trace(const std::filesystem::path& folder, const RecordedSteps& steps,
                        const ProfileFigures& figures);

}  // namespace switchyard
