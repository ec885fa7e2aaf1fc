#pragma once
// One CUDA device as a rank uses it: its stream of kernels, its memory, pinned memory for copies.
//
// All kernels of a rank run on stream(), one after the other; communication has streams of its own
// and meets it through events. Memory freed by the host is reused by later work of stream() alone,
// so whoever reads a tensor on another stream keeps it until stream() has waited for that stream.

#include <cuda_runtime.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "device/allocator.hpp"
#include "device/enqueued.hpp"
#include "device/tensor.hpp"

namespace switchyard {

/// What a device is, for messages, decisions and metrics.
struct CudaDeviceInfo {
  int ordinal = 0;
  std::string name;
  std::string uuid;  ///< "GPU-8e3c...": tells whether two ranks share a device
  int major = 0;     ///< compute capability
  int minor = 0;
  int multiprocessors = 0;
  std::size_t memory_bytes = 0;
};

/// Devices of this process and why there is none: no driver, too old a driver (with both
/// versions), no device, or a device older than compute capability 8.0.
struct CudaSurvey {
  int devices = 0;
  std::string problem;  ///< empty where at least one device can be used
};
CudaSurvey survey_cuda_devices();

class CudaDevice {
 public:
  virtual ~CudaDevice() = default;

  virtual const CudaDeviceInfo& info() const = 0;
  virtual cudaStream_t stream() const = 0;
  /// On which tensors travel between ranks: stream() unless they have one of their own.
  virtual cudaStream_t exchange_stream() const = 0;
  /// Null: they have none of their own. It must live until the next call.
  virtual void set_exchange_stream(cudaStream_t stream) = 0;
  /// Stream-ordered: a freed block serves later work of stream() at once.
  virtual Allocator& allocator() = 0;
  /// Bytes taken from the driver now, in use or kept for reuse.
  virtual std::size_t reserved_bytes() const = 0;
  /// Bytes that allocator() could still give: kept for reuse, or free at the driver.
  virtual std::size_t available_bytes() const = 0;

  /// Host memory to device memory, enqueued; `source` (pageable) may go when the call returns.
  /// More than 1 MiB is waited for.
  virtual void upload(const void* source, std::byte* into, std::size_t bytes) = 0;
  /// Device memory to pinned host memory, enqueued.
  virtual std::unique_ptr<HostCopy> start_download(const std::byte* source, std::size_t bytes) = 0;
  /// Device to device, enqueued.
  virtual void copy(const std::byte* source, std::byte* into, std::size_t bytes) = 0;
  /// Waits for everything enqueued on stream().
  virtual void synchronize() = 0;
  /// Until all that `event` was recorded after is done.
  virtual void wait(cudaEvent_t event) = 0;
  /// How the host waits for work of the device. cudaEventSynchronize() waits for ever: where ranks
  /// exchange on the device, their group gives these waits a deadline.
  using EventWait = std::function<void(cudaEvent_t)>;
  /// From now on, for every wait of this device; an empty one restores cudaEventSynchronize().
  virtual void set_event_wait(EventWait wait) = 0;

  /// Captures what `work` enqueues on stream() as CUDA graphs, without running it: one, or one more
  /// than `work` has steps of the host. Memory that it allocates comes from a pool that the program
  /// owns. An exception of `work` ends the capture.
  virtual std::unique_ptr<Program> capture(const std::function<void()>& work) = 0;
  virtual bool capturing() const = 0;
  /// A step of the host between what is enqueued before and after it. Within capture(): the program
  /// calls it on each run, and what it enqueues, takes or frees then is not part of any graph.
  /// Otherwise it is called now.
  virtual void between(std::function<void()> step) = 0;
};

/// Opens a device and makes it the current one of this thread. An ordinal that does not exist, a
/// device too old or a driver too old is an Error that says which and what to do.
std::unique_ptr<CudaDevice> open_cuda_device(int ordinal);

/// A tensor copied within the device or between it and the host, blocking where the host is part.
void copy_tensor(CudaDevice& device, const Tensor& from, Tensor& to);

}  // namespace switchyard
