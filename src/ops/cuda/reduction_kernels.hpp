#pragma once
// Sums over one dimension of a tensor seen as (outer, summed, inner), in double and in an order
// that the sizes alone decide.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

struct SumSizes {
  std::int64_t outer = 1;
  std::int64_t summed = 1;
  std::int64_t inner = 1;
};

/// Parts that the summed dimension should be cut into so that the device is busy; 1 where a block
/// an output is enough.
std::int64_t sum_parts(const SumSizes& sizes);

/// x (outer, summed, inner) -> y (outer, parts, inner), y[.,p,.] summing the p-th part. From float,
/// BFloat16 or double to the same or to double, and from double to each.
template <class In, class Out>
void launch_sum_middle(const In* x, Out* y, const SumSizes& sizes, std::int64_t parts,
                       cudaStream_t stream);

}  // namespace switchyard
