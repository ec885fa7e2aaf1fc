#pragma once
// Device memory kept for reuse, in the order of one stream: a block that the host frees serves the
// next request at once, because whatever is enqueued from then on runs after what used it.

#include <memory>

#include "device/allocator.hpp"

namespace switchyard {

/// Memory of a CUDA graph: it stays reserved for the graph's later runs while one of these lives.
class GraphMemory {
 public:
  virtual ~GraphMemory() = default;
};

/// Thread safe. Blocks and GraphMemory may outlive the allocator object.
class CachingAllocator final : public Allocator {
 public:
  explicit CachingAllocator(int device);
  ~CachingAllocator() override;

  MemoryKind memory() const override { return MemoryKind::cuda; }
  /// Out of memory: releases what is free, tries again, then throws an OutOfMemory with the bytes
  /// asked for, in use, kept, and those of the device.
  Block allocate(std::size_t bytes) override;
  /// Bytes in use, with all that live graphs need for a run.
  std::size_t live_bytes() const override;
  std::size_t peak_bytes() const override;
  void reset_peak() override;

  /// Bytes taken from the driver, in use or kept for reuse.
  std::size_t reserved_bytes() const;
  /// Bytes kept for reuse, or free at the driver.
  std::size_t available_bytes() const;

  /// Until end_graph() requests are served from the graph's own memory. Other memory that is freed
  /// meanwhile stays as it is for as long as the graph, which may have recorded its use.
  std::shared_ptr<GraphMemory> begin_graph();
  void end_graph();

 private:
  class Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace switchyard
