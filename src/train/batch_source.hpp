#pragma once
// Where a step's batches come from.

#include <cstdint>
#include <optional>

#include "data/batch.hpp"
#include "data/batch_loader.hpp"

namespace switchyard {

class Recorder;

/// Which part of a global batch a rank has.
struct BatchShare {
  std::int64_t size = 0;
  std::int64_t first = 0;        ///< position of its first sample in the global batch
  std::int64_t global_size = 0;  ///< samples over all ranks
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// Begins with the first batch of `plan`; each epoch augments anew.
  virtual void start(BatchPlan plan, std::int64_t epoch) = 0;
  /// This rank's share of the next batch (perhaps of no samples); nothing after the last one.
  virtual std::optional<BatchShare> next() = 0;
  /// The batch that next() announced. Enqueues kernels at most, which read the same memory for
  /// every batch of one size: it may be part of a recorded program.
  virtual Batch make() = 0;
};

/// The next(), waited for in the zone `data`; `recorder` may be null.
std::optional<BatchShare> next_share(BatchSource& batches, Recorder* recorder);

}  // namespace switchyard
