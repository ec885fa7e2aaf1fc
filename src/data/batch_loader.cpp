#include "data/batch_loader.hpp"

#include <utility>

#include "data/sampler.hpp"
#include "profile/recorder.hpp"

namespace switchyard {

BatchLoader::BatchLoader(const Dataset& data, const ImageSet& images, BatchPlan plan,
                         PixelOptions options, std::shared_ptr<Allocator> allocator,
                         Recorder* recorder)
    : data_(data),
      images_(images),
      plan_(std::move(plan)),
      options_(options),
      allocator_(std::move(allocator)),
      recorder_(recorder),
      batches_(batch_count(static_cast<std::int64_t>(plan_.order.size()), plan_.batch_size)),
      upcoming_(plan_.first_batch) {
  prefetch();
}

std::optional<Batch> BatchLoader::next() {
  if (!pending_.valid()) return std::nullopt;
  Batch batch = pending_.get();
  prefetch();
  return batch;
}

Batch BatchLoader::load(std::int64_t number) const {
  const std::int64_t start = host_clock();
  const auto samples = global_batch(plan_.order, plan_.batch_size, number);
  const auto size = static_cast<std::int64_t>(samples.size());
  const auto share = shard(size, plan_.rank, plan_.world);
  Batch batch =
      make_batch(data_, images_, samples.subspan(share.begin, share.size()), options_, *allocator_);
  batch.first = share.begin;
  batch.global_size = size;
  if (recorder_) recorder_->note_on_loader(Zone::augment, {start, host_clock()});
  return batch;
}

void BatchLoader::prefetch() {
  if (upcoming_ >= batches_) return;
  pending_ = std::async(std::launch::async, [this, number = upcoming_++] { return load(number); });
}

}  // namespace switchyard
