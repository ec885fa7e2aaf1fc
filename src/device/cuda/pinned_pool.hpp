#pragma once
// Page-locked host memory for copies that the host does not wait for, kept for reuse.

#include <cuda_runtime.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "device/cuda/event.hpp"

namespace switchyard {

struct FreePinned {
  void operator()(std::byte* p) const { cudaFreeHost(p); }
};

/// A buffer, and the event to record after each copy from or to it.
struct PinnedBuffer {
  std::unique_ptr<std::byte, FreePinned> bytes;
  std::size_t capacity = 0;
  CudaEvent copied;
};

/// Thread safe.
class PinnedPool {
 public:
  /// A buffer of at least `bytes` that no copy uses any more.
  PinnedBuffer take(std::size_t bytes);
  /// Takes it back, with a copy under way perhaps: its event tells when it may be used again.
  void give_back(PinnedBuffer buffer);

 private:
  std::mutex mutex_;
  std::vector<PinnedBuffer> kept_;
};

}  // namespace switchyard
