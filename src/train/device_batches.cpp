#include "train/device_batches.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "data/sampler.hpp"

namespace switchyard {

DeviceImages upload(Backend& backend, const ImageSet& images) {
  return {
      .pixels = backend.from_host(
          images.pixels.data(), {images.size(), images.height, images.width, kChannels}, DType::u8),
      .labels = backend.from_host(images.labels.data(), {images.size()}, DType::i32)};
}

DeviceBatches::DeviceBatches(Backend& backend, DeviceImages images, const Dataset& data,
                             const PixelOptions& options)
    : backend_(backend),
      images_(std::move(images)),
      spec_{.crop = options.augmentation == Augmentation::standard,
            .mirror = options.augmentation == Augmentation::standard && data.mirrorable,
            .seed = options.seed,
            .mean = data.normalisation.mean,
            .std = data.normalisation.std},
      dtype_(options.dtype),
      epoch_(backend.from_host(&options.epoch, {1}, DType::i64)) {}

void DeviceBatches::start(BatchPlan plan, std::int64_t epoch) {
  const std::int64_t images = images_.labels.dim(0);
  for (std::int64_t sample : plan.order)
    SY_REQUIRE(sample >= 0 && sample < images, ExitCode::run_failed,
               "sample {} is not in the data set (it holds {} images)", sample, images);
  plan_ = std::move(plan);
  upcoming_ = plan_.first_batch;
  backend_.upload(&epoch, epoch_);
}

std::optional<BatchShare> DeviceBatches::next() {
  const auto samples = static_cast<std::int64_t>(plan_.order.size());
  if (upcoming_ >= batch_count(samples, plan_.batch_size)) return std::nullopt;
  const auto batch = global_batch(plan_.order, plan_.batch_size, upcoming_++);
  const auto global_size = static_cast<std::int64_t>(batch.size());
  const Share own = shard(global_size, plan_.rank, plan_.world);
  share_ = {own.size(), own.begin, global_size};
  Tensor& ids = ids_by_size_[own.size()];
  if (!ids) ids = backend_.empty({own.size()}, DType::i64);
  backend_.upload(batch.data() + own.begin, ids);
  return share_;
}

Batch DeviceBatches::make() {
  const Tensor& ids = ids_by_size_.at(share_.size);
  return {.images = backend_.make_images(images_.pixels, ids, epoch_, spec_, dtype_),
          .labels = backend_.look_up(images_.labels, ids),
          .sample_ids = ids,
          .first = share_.first,
          .global_size = share_.global_size};
}

}  // namespace switchyard
