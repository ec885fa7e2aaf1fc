#include "device/cuda/pinned_pool.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace switchyard {
namespace {

constexpr std::size_t kSmallest = 4096;

PinnedBuffer make_buffer(std::size_t bytes) {
  PinnedBuffer buffer;
  buffer.capacity = std::bit_ceil(std::max(bytes, kSmallest));
  void* start = nullptr;
  SY_CUDA(cudaMallocHost(&start, buffer.capacity));
  buffer.bytes.reset(static_cast<std::byte*>(start));
  buffer.copied = make_event();
  return buffer;
}

}  // namespace

PinnedBuffer PinnedPool::take(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  const std::size_t capacity = std::bit_ceil(std::max(bytes, kSmallest));
  auto found = std::find_if(kept_.begin(), kept_.end(), [&](const PinnedBuffer& buffer) {
    return buffer.capacity == capacity && has_passed(buffer.copied.get());
  });
  if (found == kept_.end()) return make_buffer(bytes);
  PinnedBuffer buffer = std::move(*found);
  kept_.erase(found);
  return buffer;
}

void PinnedPool::give_back(PinnedBuffer buffer) {
  std::lock_guard lock(mutex_);
  kept_.push_back(std::move(buffer));
}

}  // namespace switchyard
