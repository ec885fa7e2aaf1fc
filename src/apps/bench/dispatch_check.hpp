#pragma once
// Whether ranks that exchange rows compute what one rank computes that has all experts.

#include "apps/bench/dispatch_subject.hpp"

namespace switchyard {

/// Largest differences, over the largest entry of what one rank computes.
struct DispatchDifference {
  double outputs = 0;
  double feature_gradients = 0;    ///< 0 after a forward pass alone; so are those of parameters
  double parameter_gradients = 0;  ///< summed over the ranks that have the parameter
};

/// All routings of the case. Every rank computes the whole by itself: dear for many tokens. Its
/// experts are those that the ranks chose, so that a tie that falls otherwise is no difference.
/// Collective.
DispatchDifference compare_with_one_rank(DispatchSubject& subject, const BenchPlace& place);

/// Error(run_failed) on all ranks where a difference is more than rounding. Alike on all ranks.
void require_agreement(const DispatchDifference& difference, const DispatchCase& c);

}  // namespace switchyard
