#include "train/image_pool.hpp"

#include <utility>

#include "profile/recorder.hpp"

namespace switchyard {
namespace {

/// Batches that the host makes ahead, in memory of its own.
class HostBatches final : public BatchSource {
 public:
  HostBatches(const Dataset& data, const ImageSet& images, const PixelOptions& options,
              Recorder* recorder)
      : data_(data), images_(images), options_(options), recorder_(recorder) {}

  void start(BatchPlan plan, std::int64_t epoch) override {
    options_.epoch = epoch;
    loader_ = std::make_unique<BatchLoader>(data_, images_, std::move(plan), options_, memory_,
                                            recorder_);
  }

  std::optional<BatchShare> next() override {
    std::optional<Batch> batch = loader_->next();
    if (!batch) return std::nullopt;
    batch_ = std::move(*batch);
    return BatchShare{batch_.size(), batch_.first, batch_.global_size};
  }

  Batch make() override { return batch_; }

 private:
  const Dataset& data_;
  const ImageSet& images_;
  PixelOptions options_;
  Recorder* recorder_;
  std::shared_ptr<Allocator> memory_ = make_host_allocator();
  std::unique_ptr<BatchLoader> loader_;
  Batch batch_;
};

}  // namespace

ImagePool::ImagePool(Backend& backend, const Dataset& data, const ImageSet& images)
    : backend_(backend), data_(data), images_(images) {
  if (backend.allocator().memory() == MemoryKind::cuda) on_device_ = upload(backend, images);
}

std::unique_ptr<BatchSource> ImagePool::batches(const PixelOptions& options) const {
  if (on_device_) return std::make_unique<DeviceBatches>(backend_, *on_device_, data_, options);
  return std::make_unique<HostBatches>(data_, images_, options, backend_.recorder());
}

}  // namespace switchyard
