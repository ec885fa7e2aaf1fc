#pragma once
// The trace of a symmetric operator by whichever estimator is asked for.

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// Throws Error(bad_usage) on options that cannot be. Collective.
TraceEstimate estimate_trace(TraceMethod method, SymmetricOperator& a, const TraceOptions& options,
                             const TraceProgress& progress = {});

}  // namespace switchyard
