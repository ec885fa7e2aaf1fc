#pragma once
// Streams and events, and the memory that only work of streams may touch. For doubles of libraries
// that enqueue work on a device.

#include <cuda_runtime.h>

#include <functional>

namespace cuda_emulation {

/// Hands `work` to a stream: it runs at once, or when something waits for the stream where
/// CUDA_EMULATION_LAZY is set, with device memory open to it. Where the stream is being captured it
/// is appended to the graph instead, and runs whenever that is launched; so it takes what it needs
/// by value.
void enqueue(cudaStream_t stream, std::function<void()> work);

/// True while the stream is being captured into a graph.
bool is_capturing(cudaStream_t stream);

/// How many events there are.
int count_events();

/// Device memory can be read and written by this process while one of these lives. Work that is
/// enqueued has it open already.
class OpenDeviceMemory {
 public:
  OpenDeviceMemory();
  ~OpenDeviceMemory();
  OpenDeviceMemory(const OpenDeviceMemory&) = delete;
  OpenDeviceMemory& operator=(const OpenDeviceMemory&) = delete;
};

}  // namespace cuda_emulation
