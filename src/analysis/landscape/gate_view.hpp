#pragma once
// What a gate decided for samples, seen from the host.

#include <cstdint>
#include <vector>

#include "model/router.hpp"

namespace switchyard {

/// (B,E): what the experts of samples are chosen by.
const Tensor& deciding_logits(const Routing& routing);

/// The experts whose change is a change of routing, (B,k) i32: those chosen by a sparse router, the
/// one of the largest logit of a soft one (k = 1).
Tensor leading_experts(Backend& backend, const Routing& routing);

/// Rows of `before` and `after`, (B,k) i32 each, that are not the same set. Blocking.
std::int64_t count_rerouted(Backend& backend, const Tensor& before, const Tensor& after);

/// By how much the k-th largest routing logit exceeds the (k+1)-th, of each sample, `k` being the
/// number of leading experts; none where all experts are leading. Blocking.
std::vector<double> gate_margins(Backend& backend, const Routing& routing);

}  // namespace switchyard
