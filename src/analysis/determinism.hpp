#pragma once
// Whether the same samples give the same gradient twice.
//
// Lanczos takes products with one matrix for granted: where the kernels do not repeat themselves
// bit for bit, neither do results, and a resumed analysis is not the one that was stopped.

#include "analysis/curvature_operator.hpp"

namespace switchyard {

/// Two gradients of the operator's samples must be finite and the same. Throws Error(run_failed),
/// on all ranks, that says how far apart they are, where, and what may be the cause. Returns the
/// gradient's norm. Collective.
double check_determinism(CurvatureOperator& curvature);

}  // namespace switchyard
