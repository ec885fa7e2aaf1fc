#pragma once
// The messages of gradient sync: tensors in reverse order of creation, collected until a bucket is
// full, as parallel/gradient_sync.hpp does it.

#include <cstddef>
#include <vector>

#include "analysis/scaling/step_shape.hpp"

namespace switchyard {

struct GradientBucket {
  double bytes = 0;
  /// The backbone layer (in order of execution) whose backward completes it; layers() of the
  /// backbone where the head's does.
  int complete_after = 0;
};

/// Parameters that all ranks hold, summed over the world.
std::vector<GradientBucket> replicated_buckets(const StepShape& shape,
                                               std::size_t limit = 4u << 20);
/// Those of the most experts that a rank owns, summed over their data-parallel group.
std::vector<GradientBucket> expert_buckets(const StepShape& shape, const GridShape& grid,
                                           std::size_t limit = 4u << 20);

}  // namespace switchyard
