#pragma once
// XTrace (Epperly, Tropp, Webber 2024, algorithm 1.2): every probe serves both to find what is
// large of the spectrum and, left out of that, to estimate the rest.

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// Two products a probe; probes are added until the error is met. The standard error is not the
/// spread of the probes' estimates, see leave_one_out.hpp. Throws Error(bad_usage) on options that
/// cannot be. Collective.
TraceEstimate xtrace(SymmetricOperator& a, const TraceOptions& options,
                     const TraceProgress& progress = {});

}  // namespace switchyard
