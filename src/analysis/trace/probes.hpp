#pragma once
// What the estimators of a trace share.

#include <cstdint>
#include <vector>

#include "analysis/symmetric_operator.hpp"
#include "analysis/trace/trace_estimate.hpp"

namespace switchyard {

/// The Rademacher vectors [first, last) of a seed, but no more than `a` takes at once.
std::vector<Tensor> next_probes(SymmetricOperator& a, std::uint64_t seed, std::int64_t first,
                                std::int64_t last);

/// How vectors are stored by an estimator with several bases.
BasisOptions storage(const VectorSpace& space, const TraceOptions& options, int bases);
/// Vectors [begin, end) as they are stored.
std::vector<Tensor> stored_block(const KrylovBasis& vectors, int begin, int end);
/// <v_i, x> of the stored vectors [0, count). Collective.
std::vector<double> stored_products(const VectorSpace& space, const KrylovBasis& vectors, int count,
                                    const Tensor& x);

/// `number`, which came of a product. Throws Error(run_failed) where it is not finite.
double require_finite(double number);

/// Whether an estimate may stop here.
bool accurate_enough(const TraceEstimate& estimate, const TraceOptions& options);

}  // namespace switchyard
