// Events and graphs.

#include <atomic>
#include <mutex>
#include <utility>

#include "cuda_emulation/handles.hpp"
#include "cuda_emulation/memory.hpp"
#include "cuda_emulation/settings.hpp"
#include "cuda_emulation/stream.hpp"

namespace cuda_emulation {
namespace {

std::atomic<int> events = 0;

}  // namespace

int count_events() {
  return events;
}

}  // namespace cuda_emulation

namespace ce = cuda_emulation;
using ce::emulation_mutex;
using ce::find_stream;
using ce::report;

extern "C" {

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  if (cudaError_t status = ce::check_device()) return status;
  *event = new CUevent_st;
  ++ce::events;
  (*event)->timing = (flags & cudaEventDisableTiming) == 0;
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (!event) return report(cudaErrorInvalidResourceHandle);
  delete event;
  --ce::events;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  std::lock_guard lock(emulation_mutex());
  CUstream_st* stream = find_stream(handle);
  if (!event || !stream) return report(cudaErrorInvalidResourceHandle);
  event->stream = stream->shared_from_this();
  event->capture = stream->capture;
  if (event->capture) {
    event->position = stream->captured;
    return cudaSuccess;
  }
  event->time = std::make_shared<std::chrono::steady_clock::time_point>();
  event->position = stream->enqueued + 1;
  stream->append([time = event->time] { *time = std::chrono::steady_clock::now(); });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  std::lock_guard lock(emulation_mutex());
  if (!event) return report(cudaErrorInvalidResourceHandle);
  if (event->capture) return report(cudaErrorCapturedEvent);
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  if (ce::has_passed(*event)) return cudaSuccess;
  event->stream->step();
  return report(cudaErrorNotReady);
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  std::lock_guard lock(emulation_mutex());
  if (!event) return report(cudaErrorInvalidResourceHandle);
  if (event->capture) return report(cudaErrorCapturedEvent);
  if (cudaError_t status = ce::check_unsafe_call()) return status;
  if (event->stream) event->stream->run_until(event->position);
  return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  std::lock_guard lock(emulation_mutex());
  if (!start || !end) return report(cudaErrorInvalidResourceHandle);
  if (start->capture || end->capture) return report(cudaErrorCapturedEvent);
  if (!start->time || !end->time || !start->timing || !end->timing)
    return report(cudaErrorInvalidResourceHandle);
  if (!ce::has_passed(*start) || !ce::has_passed(*end)) return report(cudaErrorNotReady);
  const double gain = 1e-6 * static_cast<double>(ce::number_setting("CUDA_EMULATION_DRIFT", 0));
  const std::chrono::duration<double, std::milli> passed = *end->time - *start->time;
  *milliseconds = static_cast<float>(passed.count() * (1 + gain));
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  if (!graph) return report(cudaErrorInvalidValue);
  *executable = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  if (!executable || !stream) return report(cudaErrorInvalidResourceHandle);
  stream->append([nodes = executable->nodes] {
    for (const ce::Work& node : *nodes) node();
  });
  return cudaSuccess;
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t) {
  return executable ? cudaSuccess : report(cudaErrorInvalidResourceHandle);
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
  if (!graph || nodes) return report(cudaErrorInvalidValue);
  *count = graph->nodes->size();
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  if (!graph) return report(cudaErrorInvalidValue);
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  if (!executable) return report(cudaErrorInvalidResourceHandle);
  delete executable;
  return cudaSuccess;
}

}  // extern "C"
