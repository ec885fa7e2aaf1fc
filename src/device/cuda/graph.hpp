#pragma once
// Work of a stream recorded as a CUDA graph.

#include <cuda_runtime.h>

#include <functional>
#include <memory>

#include "device/cuda/caching_allocator.hpp"
#include "device/enqueued.hpp"

namespace switchyard {

/// Records what `work` enqueues on `stream`, without running it; what `work` allocates belongs to
/// the program, which launches it on `stream`. Work that waits is an Error.
std::unique_ptr<Program> record_graph(cudaStream_t stream, CachingAllocator& allocator,
                                      const std::function<void()>& work);

}  // namespace switchyard
