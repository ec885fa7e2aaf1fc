#pragma once
// The reference backend on a device with little memory.

#include "ops/ref/ref_backend.hpp"

namespace switchyard::testing {

/// Host memory of `limit` bytes.
class LimitedAllocator final : public Allocator {
 public:
  explicit LimitedAllocator(std::size_t limit) : limit_(limit) {}

  MemoryKind memory() const override { return MemoryKind::host; }
  Block allocate(std::size_t bytes) override {
    if (memory_->live_bytes() + bytes > limit_)
      throw OutOfMemory(ExitCode::run_failed,
                        fmt::format("{} bytes do not fit beside {}", bytes, live_bytes()), {},
                        std::source_location::current());
    return memory_->allocate(bytes);
  }
  std::size_t live_bytes() const override { return memory_->live_bytes(); }
  std::size_t peak_bytes() const override { return memory_->peak_bytes(); }
  void reset_peak() override { memory_->reset_peak(); }

  std::size_t limit() const { return limit_; }
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  std::size_t limit_;
  std::shared_ptr<Allocator> memory_ = make_host_allocator();
};

class LimitedBackend final : public RefBackend {
 public:
  explicit LimitedBackend(std::size_t limit) : memory_(limit) {}
  LimitedAllocator& allocator() override { return memory_; }

 private:
  LimitedAllocator memory_;
};

}  // namespace switchyard::testing
