#pragma once
// Batches that a backend makes of a data set which lies in its memory.

#include <map>

#include "ops/backend.hpp"
#include "train/batch_source.hpp"

namespace switchyard {

/// Images in the memory of a backend.
struct DeviceImages {
  Tensor pixels;  ///< (N,H,W,3) u8
  Tensor labels;  ///< (N) i32
};
DeviceImages upload(Backend& backend, const ImageSet& images);

class DeviceBatches final : public BatchSource {
 public:
  /// `data` decides on mirroring and normalisation. `backend` must outlive this.
  DeviceBatches(Backend& backend, DeviceImages images, const Dataset& data,
                const PixelOptions& options);

  void start(BatchPlan plan, std::int64_t epoch) override;
  /// An index outside the images is an Error (run_failed).
  std::optional<BatchShare> next() override;
  Batch make() override;

 private:
  Backend& backend_;
  DeviceImages images_;
  ImageSpec spec_;
  DType dtype_;
  BatchPlan plan_;
  std::int64_t upcoming_ = 0;
  BatchShare share_;
  Tensor epoch_;                                ///< (1) i64
  std::map<std::int64_t, Tensor> ids_by_size_;  ///< (n) i64: sample ids of the last batch of n
};

}  // namespace switchyard
