#pragma once
// What the runtime's handles point to: streams, events, graphs, and captures under way.

#include <cuda_runtime.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace cuda_emulation {

using Work = std::function<void()>;
using Nodes = std::vector<Work>;

/// A capture under way; shared by the streams that it has spread to through events.
struct Capture {
  cudaStreamCaptureMode mode;
  std::thread::id thread;  ///< that began it
  cudaStream_t origin;
  Nodes nodes = {};  ///< in the order of enqueuing, which respects every dependency
  std::vector<cudaStream_t> streams = {};
  bool invalid = false;
};

}  // namespace cuda_emulation

struct CUstream_st : std::enable_shared_from_this<CUstream_st> {
  std::deque<cuda_emulation::Work> pending;
  std::uint64_t enqueued = 0;
  std::uint64_t executed = 0;
  std::shared_ptr<cuda_emulation::Capture> capture;
  std::uint64_t captured = 0;  ///< how much this stream put into it
  bool joined = true;          ///< the capture's origin waits for all that this stream put into it

  void append(cuda_emulation::Work work);
  /// For work that is running and not done, as a kernel that waits: it stays the first.
  void stay(cuda_emulation::Work work);
  /// Runs the first that is pending.
  void step();
  void run_until(std::uint64_t position);
  void run_all() { run_until(enqueued); }
};

struct CUevent_st {
  std::shared_ptr<CUstream_st> stream;  ///< on which it was recorded last; null before
  std::uint64_t position = 0;           ///< what has to be executed, or was captured, on it
  std::shared_ptr<cuda_emulation::Capture> capture;  ///< recorded in one, so no time of its own
  bool timing = true;
  std::shared_ptr<std::chrono::steady_clock::time_point> time;
};

struct CUgraph_st {
  std::shared_ptr<const cuda_emulation::Nodes> nodes;
};

struct CUgraphExec_st {
  std::shared_ptr<const cuda_emulation::Nodes> nodes;
};

namespace cuda_emulation {

/// The stream of a handle (the default one for 0); null where it is no stream's.
CUstream_st* find_stream(cudaStream_t handle);
/// Runs what is pending on all streams.
void run_all_streams();
/// Spoils a capture under way and gives cudaErrorStreamCaptureUnsupported where this thread must
/// not make a call that may disturb it (memory taken or freed, say), by the capture's mode and the
/// thread's; else cudaSuccess.
cudaError_t check_unsafe_call();
/// What an event recorded last stands for is pending no more.
bool has_passed(const CUevent_st& event);

/// Remembers an error for cudaGetLastError() and gives it back.
cudaError_t report(cudaError_t status);
/// cudaErrorNoDevice or cudaErrorInsufficientDriver where the emulated machine is like that.
cudaError_t check_device();

}  // namespace cuda_emulation
