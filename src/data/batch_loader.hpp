#pragma once
// An epoch's batches in order, the next one made on a thread of its own while this one trains.

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "data/batch.hpp"
#include "data/dataset.hpp"

namespace switchyard {

class Recorder;

/// Which batches of an epoch, and whose share of them.
struct BatchPlan {
  std::vector<std::int64_t> order;  ///< samples of the whole epoch, the same on all ranks
  std::int64_t batch_size = 128;    ///< over all ranks
  std::int64_t first_batch = 0;     ///< above 0 to continue an epoch
  Rank rank{0};
  int world = 1;
};

class BatchLoader {
 public:
  /// Starts on the first batch. `data`, its part `images` and `recorder`, which may be null, must
  /// outlive the loader.
  BatchLoader(const Dataset& data, const ImageSet& images, BatchPlan plan, PixelOptions options,
              std::shared_ptr<Allocator> allocator, Recorder* recorder = nullptr);
  BatchLoader(const BatchLoader&) = delete;  // its thread holds its address
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// This rank's share of the next batch (perhaps of no samples); nothing after the last one. What
  /// went wrong while making it is thrown here, and ends the epoch.
  std::optional<Batch> next();

  /// Global batches of the epoch, those before first_batch included.
  std::int64_t batches() const { return batches_; }

 private:
  Batch load(std::int64_t number) const;
  void prefetch();

  const Dataset& data_;
  const ImageSet& images_;
  BatchPlan plan_;
  PixelOptions options_;
  std::shared_ptr<Allocator> allocator_;
  Recorder* recorder_;
  std::int64_t batches_;
  std::int64_t upcoming_;  ///< the batch that is loaded next
  // Last: its destructor waits for the thread, which reads the members above.
  std::future<Batch> pending_;
};

}  // namespace switchyard
