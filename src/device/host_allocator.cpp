#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "base/error.hpp"
#include "device/allocator.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kAlignment = 64;

struct FreeMemory {
  void operator()(std::byte* p) const { std::free(p); }
};
using RawBlock = std::unique_ptr<std::byte, FreeMemory>;

// Rounded so that nearly equal sizes share blocks: to 64 bytes when small, else to 1/8 of the
// power of two below.
std::size_t size_class(std::size_t bytes) {
  std::size_t step = std::max(kAlignment, std::bit_floor(std::max<std::size_t>(bytes, 1)) / 8);
  return (std::max<std::size_t>(bytes, 1) + step - 1) / step * step;
}

// The state blocks return to; kept alive by every live block.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Block take(std::size_t bytes) {
    std::size_t size = size_class(bytes);
    RawBlock raw = find_or_make(size);
    auto self = shared_from_this();
    return Block(raw.release(), [self, size](std::byte* p) { self->give_back(p, size); });
  }

  std::size_t live() const {
    std::lock_guard lock(mutex_);
    return live_;
  }
  std::size_t peak() const {
    std::lock_guard lock(mutex_);
    return peak_;
  }
  void reset_peak() {
    std::lock_guard lock(mutex_);
    peak_ = live_;
  }

 private:
  RawBlock find_or_make(std::size_t size) {
    std::lock_guard lock(mutex_);
    RawBlock raw;
    if (auto& kept = free_[size]; !kept.empty()) {
      raw = std::move(kept.back());
      kept.pop_back();
    } else {
      raw.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, size)));
      if (!raw) {
        free_.clear();  // what is kept of other sizes may make the room
        raw.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, size)));
      }
      if (!raw)
        throw OutOfMemory(ExitCode::run_failed,
                          fmt::format("out of host memory (asked for {} bytes with {} in use); use "
                                      "fewer ranks on this host, a machine with more memory, or "
                                      "smaller tensors",
                                      size, live_),
                          {}, std::source_location::current());
    }
    live_ += size;
    peak_ = std::max(peak_, live_);
    return raw;
  }

  void give_back(std::byte* p, std::size_t size) {
    std::lock_guard lock(mutex_);
    free_[size].emplace_back(p);
    live_ -= size;
  }

  mutable std::mutex mutex_;
  std::map<std::size_t, std::vector<RawBlock>> free_;
  std::size_t live_ = 0;
  std::size_t peak_ = 0;
};

class HostAllocator final : public Allocator {
 public:
  MemoryKind memory() const override { return MemoryKind::host; }
  Block allocate(std::size_t bytes) override { return pool_->take(bytes); }
  std::size_t live_bytes() const override { return pool_->live(); }
  std::size_t peak_bytes() const override { return pool_->peak(); }
  void reset_peak() override { pool_->reset_peak(); }

 private:
  std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace

std::shared_ptr<Allocator> make_host_allocator() {
  return std::make_shared<HostAllocator>();
}

}  // namespace switchyard
