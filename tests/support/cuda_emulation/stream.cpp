#include "cuda_emulation/stream.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "cuda_emulation/handles.hpp"
#include "cuda_emulation/memory.hpp"
#include "cuda_emulation/settings.hpp"

namespace ce = cuda_emulation;

void CUstream_st::append(ce::Work work) {
  std::lock_guard lock(ce::emulation_mutex());
  if (capture) {
    capture->nodes.push_back(std::move(work));
    ++captured;
    joined = this == capture->origin;
    return;
  }
  pending.push_back(std::move(work));
  ++enqueued;
  if (ce::text_setting("CUDA_EMULATION_LAZY").empty()) run_all();
}

void CUstream_st::stay(ce::Work work) {
  pending.push_front(std::move(work));
  --executed;
}

void CUstream_st::step() {
  std::lock_guard lock(ce::emulation_mutex());
  ce::Work work = std::move(pending.front());
  pending.pop_front();
  ++executed;
  ce::OpenDeviceMemory open;
  work();
}

void CUstream_st::run_until(std::uint64_t position) {
  std::lock_guard lock(ce::emulation_mutex());
  while (executed < position) step();
}

namespace cuda_emulation {
namespace {

struct Streams {
  std::map<cudaStream_t, std::shared_ptr<CUstream_st>> made;
  std::shared_ptr<CUstream_st> standard = std::make_shared<CUstream_st>();
};

Streams& streams() {
  static Streams& streams = *new Streams;
  return streams;
}

thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

// The rules of cudaThreadExchangeStreamCaptureMode().
bool forbids_unsafe_calls(const Capture& capture) {
  if (thread_mode == cudaStreamCaptureModeRelaxed) return false;
  if (capture.thread == std::this_thread::get_id())
    return capture.mode != cudaStreamCaptureModeRelaxed;
  return thread_mode == cudaStreamCaptureModeGlobal && capture.mode == cudaStreamCaptureModeGlobal;
}

cudaError_t spoil(CUstream_st& stream, cudaError_t status) {
  if (stream.capture) stream.capture->invalid = true;
  return report(status);
}

// A step at a time, so that a host that only asks comes back where the earlier stream hangs.
void wait_for(CUstream_st& later, const std::shared_ptr<CUstream_st>& earlier,
              std::uint64_t position) {
  if (earlier->executed < position) earlier->step();
  if (earlier->executed >= position) return;
  later.stay([&later, earlier, position] { wait_for(later, earlier, position); });
}

// A stream that waits for captured work becomes part of the capture.
cudaError_t wait_in_capture(CUstream_st& later, CUevent_st& event) {
  if (!event.capture) return spoil(later, cudaErrorStreamCaptureIsolation);
  if (event.stream->capture != event.capture) return report(cudaErrorCapturedEvent);
  if (later.capture && later.capture != event.capture)
    return spoil(later, cudaErrorStreamCaptureMerge);
  if (!later.capture) {
    later.capture = event.capture;
    later.captured = 0;
    later.joined = false;
    later.capture->streams.push_back(&later);
  }
  if (event.stream->captured == event.position) event.stream->joined = true;
  return cudaSuccess;
}

cudaError_t check_ended(const Capture& capture, CUstream_st& stream) {
  if (&stream != capture.origin) return report(cudaErrorStreamCaptureUnmatched);
  if (capture.thread != std::this_thread::get_id() && capture.mode != cudaStreamCaptureModeRelaxed)
    return report(cudaErrorStreamCaptureWrongThread);
  if (capture.invalid) return report(cudaErrorStreamCaptureInvalidated);
  for (CUstream_st* other : capture.streams)
    if (!other->joined) return report(cudaErrorStreamCaptureUnjoined);
  return cudaSuccess;
}

}  // namespace

CUstream_st* find_stream(cudaStream_t handle) {
  if (handle == nullptr || handle == cudaStreamLegacy || handle == cudaStreamPerThread)
    return streams().standard.get();
  auto found = streams().made.find(handle);
  return found == streams().made.end() ? nullptr : found->second.get();
}

void run_all_streams() {
  streams().standard->run_all();
  for (auto& [handle, stream] : streams().made) stream->run_all();
}

cudaError_t check_unsafe_call() {
  for (auto& [handle, stream] : streams().made)
    if (stream->capture && forbids_unsafe_calls(*stream->capture))
      return spoil(*stream, cudaErrorStreamCaptureUnsupported);
  return cudaSuccess;
}

bool has_passed(const CUevent_st& event) {
  return !event.stream || event.stream->executed >= event.position;
}

void enqueue(cudaStream_t handle, std::function<void()> work) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) throw std::logic_error("work for a stream that does not exist");
  stream->append(std::move(work));
}

bool is_capturing(cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  return stream && stream->capture;
}

}  // namespace cuda_emulation

using ce::emulation_mutex;
using ce::find_stream;
using ce::report;

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  std::lock_guard lock(emulation_mutex());
  if (cudaError_t status = ce::check_device()) return status;
  auto made = std::make_shared<CUstream_st>();
  *stream = made.get();
  ce::streams().made[made.get()] = std::move(made);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  stream->run_all();
  ce::streams().made.erase(handle);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (stream->capture) return ce::spoil(*stream, cudaErrorStreamCaptureUnsupported);
  stream->run_all();
  return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (stream->capture) return ce::spoil(*stream, cudaErrorStreamCaptureUnsupported);
  if (stream->executed == stream->enqueued) return cudaSuccess;
  stream->step();
  return report(cudaErrorNotReady);
}

cudaError_t cudaDeviceSynchronize() {
  std::lock_guard lock(emulation_mutex());
  for (auto& [handle, stream] : ce::streams().made)
    if (stream->capture) return ce::spoil(*stream, cudaErrorStreamCaptureUnsupported);
  ce::run_all_streams();
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream || !event) return report(cudaErrorInvalidResourceHandle);
  if (!event->stream) return cudaSuccess;
  if (stream->capture || event->capture) return ce::wait_in_capture(*stream, *event);
  stream->append([stream, earlier = event->stream, position = event->position] {
    ce::wait_for(*stream, earlier, position);
  });
  return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  stream->append([function, data] { function(data); });
  return cudaSuccess;
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(*mode, ce::thread_mode);
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (stream == find_stream(nullptr)) return report(cudaErrorStreamCaptureUnsupported);
  if (stream->capture) return report(cudaErrorIllegalState);
  stream->capture = std::make_shared<ce::Capture>(
      ce::Capture{.mode = mode, .thread = std::this_thread::get_id(), .origin = stream});
  stream->capture->streams.push_back(stream);
  stream->joined = true;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  std::lock_guard lock(emulation_mutex());
  *graph = nullptr;
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  if (!stream->capture) return report(cudaErrorIllegalState);
  std::shared_ptr<ce::Capture> capture = stream->capture;
  cudaError_t status = ce::check_ended(*capture, *stream);
  for (CUstream_st* other : capture->streams) other->capture = nullptr;
  if (status != cudaSuccess) return status;
  *graph = new CUgraph_st{std::make_shared<const ce::Nodes>(std::move(capture->nodes))};
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!stream) return report(cudaErrorInvalidResourceHandle);
  *status = !stream->capture           ? cudaStreamCaptureStatusNone
            : stream->capture->invalid ? cudaStreamCaptureStatusInvalidated
                                       : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}

}  // extern "C"
