#pragma once
// Work of a stream recorded as CUDA graphs.

#include <cuda_runtime.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "device/cuda/caching_allocator.hpp"
#include "device/enqueued.hpp"

namespace switchyard {

/// Requests go to memory of a graph's own while this lives.
class GraphMemoryScope {
 public:
  explicit GraphMemoryScope(CachingAllocator& allocator)
      : memory_(allocator.begin_graph()), allocator_(allocator) {}
  ~GraphMemoryScope() { allocator_.end_graph(); }
  GraphMemoryScope(const GraphMemoryScope&) = delete;
  GraphMemoryScope& operator=(const GraphMemoryScope&) = delete;
  const std::shared_ptr<GraphMemory>& memory() const { return memory_; }

 private:
  std::shared_ptr<GraphMemory> memory_;
  CachingAllocator& allocator_;
};

/// The capture of a stream, dropped by the destructor unless it was ended.
class StreamCapture {
 public:
  explicit StreamCapture(cudaStream_t stream);
  ~StreamCapture();
  StreamCapture(const StreamCapture&) = delete;
  StreamCapture& operator=(const StreamCapture&) = delete;

  /// What was captured; empty where that is nothing.
  std::function<void()> end();

 private:
  cudaStream_t stream_;
  bool ended_ = false;
};

/// While this lives, what is enqueued on `stream` is recorded and not run, and what is allocated
/// belongs to the program. Steps of the host cut the work into pieces, each a graph; all pieces
/// share one memory.
class GraphRecording {
 public:
  GraphRecording(cudaStream_t stream, CachingAllocator& allocator)
      : stream_(stream), scope_(allocator) {
    capture_.emplace(stream);
  }

  /// The program calls `step` when it comes to this place, with no capture under way.
  void add_step(std::function<void()> step);
  /// The program, once; it runs on `stream`. Work that waited is an Error.
  std::unique_ptr<Program> finish();

 private:
  void end_piece();

  cudaStream_t stream_;
  GraphMemoryScope scope_;
  std::optional<StreamCapture> capture_;
  std::vector<std::function<void()>> steps_;  ///< launches and steps of the host
};

}  // namespace switchyard
