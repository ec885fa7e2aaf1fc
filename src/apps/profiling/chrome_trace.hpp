#pragma once
// A profile as traces: for eyes (Perfetto, chrome://tracing) and for Holistic Trace Analysis.

#include <filesystem>
#include <vector>

#include "profile/records.hpp"

namespace switchyard {

/// Writes into `folder`, which is there: trace.json, all ranks on one timeline by rank 0's clock,
/// and trace/rank-N.json, one a rank, in the form of PyTorch's profiler: docs/profiling.md. Traces
/// of an earlier profile go. `profiles`: one a rank, in rank order. Error(run_failed) where no step
/// was recorded.
void write_chrome_trace(const std::filesystem::path& folder,
                        const std::vector<RankProfile>& profiles);

}  // namespace switchyard
