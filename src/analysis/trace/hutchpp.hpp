#pragma once
// Hutch++ (Meyer, Musco, Musco, Woodruff 2021, algorithm 1): with Q an orthonormal basis of A S, S
// random, and m random vectors g,
//
//   tr A ~ tr(Q'AQ) + (1/m) sum g'(I - QQ')A(I - QQ')g.
//
// The first term takes what is large of the spectrum without any error, so that only the rest has a
// variance. Half of the probes go into S; those of the second term stop when the error is met.

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// Three products for two probes. Throws Error(bad_usage) on options that cannot be. Collective.
TraceEstimate hutchpp(SymmetricOperator& a, const TraceOptions& options,
                      const TraceProgress& progress = {});

}  // namespace switchyard
