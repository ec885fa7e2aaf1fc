#pragma once
// XTrace (Epperly, Tropp, Webber 2024, algorithm 1.2): every probe serves both to find what is
// large of the spectrum and, left out of that, to estimate the rest.

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// Two products a probe; probes are added until the error is met. Its standard error is the spread
/// of the probes' estimates over the root of their number (their equation 1.7). Throws
/// Error(bad_usage) on options that cannot be. Collective.
TraceEstimate xtrace(SymmetricOperator& a, const TraceOptions& options,
                     const TraceProgress& progress = {});

}  // namespace switchyard
