#pragma once
// Hutchinson's estimator: the mean of v'Av over Rademacher vectors v (Hutchinson 1990).
//
// The sum of v_i (Av)_i over some coordinates only estimates the trace of that diagonal block
// without bias, so that the same products give the trace of every group of parameters as well.

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// Groups of a space's segments, see VectorSpace::group_dots.
struct SegmentGroups {
  std::vector<int> group_of;  ///< of each segment; negative for none
  int count = 0;
};

/// What probes 0, 1, ... gave: all that it takes to go on.
struct HutchinsonSamples {
  std::vector<double> whole;                  ///< [probe]
  std::vector<std::vector<double>> by_group;  ///< [group][probe]
};

/// Appends to `samples`, which may hold those of an estimate that was stopped: it then goes on as
/// if it had not been. Stops by the error of the whole trace. Throws Error(bad_data) where the
/// samples are of other groups. Collective.
TraceEstimate hutchinson(SymmetricOperator& a, const TraceOptions& options,
                         HutchinsonSamples& samples, const SegmentGroups& groups = {},
                         const TraceProgress& progress = {});

}  // namespace switchyard
