#include "device/cuda/cuda_device.hpp"

#include <cstring>
#include <optional>
#include <utility>

#include "device/cuda/caching_allocator.hpp"
#include "device/cuda/check.hpp"
#include "device/cuda/event.hpp"
#include "device/cuda/graph.hpp"
#include "device/cuda/pinned_pool.hpp"
#include "device/cuda/survey.hpp"

namespace switchyard {
namespace {

// Larger ones are rare, and the host waits for them: when CUDA has read pageable memory it does not
// say otherwise.
constexpr std::size_t kLargestPinnedUpload = std::size_t{1} << 20;

class PinnedCopy final : public HostCopy {
 public:
  PinnedCopy(PinnedBuffer buffer, std::shared_ptr<PinnedPool> pool,
             std::shared_ptr<const CudaDevice::EventWait> wait)
      : buffer_(std::move(buffer)), pool_(std::move(pool)), wait_(std::move(wait)) {}
  ~PinnedCopy() override { pool_->give_back(std::move(buffer_)); }

  const void* wait() override {
    (*wait_)(buffer_.copied.get());
    return buffer_.bytes.get();
  }

 private:
  PinnedBuffer buffer_;
  std::shared_ptr<PinnedPool> pool_;
  std::shared_ptr<const CudaDevice::EventWait> wait_;
};

void wait_without_deadline(cudaEvent_t event) {
  SY_CUDA(cudaEventSynchronize(event));
}

class OneStreamDevice final : public CudaDevice {
 public:
  explicit OneStreamDevice(CudaDeviceInfo info)
      : info_(std::move(info)), allocator_(info_.ordinal), stream_(make_stream()) {}
  // Memory that is freed from here on may be what the last kernels work on.
  ~OneStreamDevice() override { cudaStreamSynchronize(stream_.get()); }

  const CudaDeviceInfo& info() const override { return info_; }
  cudaStream_t stream() const override { return stream_.get(); }
  cudaStream_t exchange_stream() const override { return exchange_ ? exchange_ : stream(); }
  void set_exchange_stream(cudaStream_t stream) override { exchange_ = stream; }
  Allocator& allocator() override { return allocator_; }
  std::size_t reserved_bytes() const override { return allocator_.reserved_bytes(); }
  std::size_t available_bytes() const override { return allocator_.available_bytes(); }

  void upload(const void* source, std::byte* into, std::size_t bytes) override {
    refuse_in_graph("an upload");
    if (bytes == 0) return;
    if (bytes > kLargestPinnedUpload) {
      SY_CUDA(cudaMemcpyAsync(into, source, bytes, cudaMemcpyHostToDevice, stream()));
      return synchronize();
    }
    PinnedBuffer buffer = pinned_->take(bytes);
    std::memcpy(buffer.bytes.get(), source, bytes);
    SY_CUDA(cudaMemcpyAsync(into, buffer.bytes.get(), bytes, cudaMemcpyHostToDevice, stream()));
    SY_CUDA(cudaEventRecord(buffer.copied.get(), stream()));
    pinned_->give_back(std::move(buffer));
  }

  std::unique_ptr<HostCopy> start_download(const std::byte* source, std::size_t bytes) override {
    refuse_in_graph("a download");
    PinnedBuffer buffer = pinned_->take(bytes);
    SY_CUDA(cudaMemcpyAsync(buffer.bytes.get(), source, bytes, cudaMemcpyDeviceToHost, stream()));
    SY_CUDA(cudaEventRecord(buffer.copied.get(), stream()));
    return std::make_unique<PinnedCopy>(std::move(buffer), pinned_, wait_);
  }

  void copy(const std::byte* source, std::byte* into, std::size_t bytes) override {
    SY_CUDA(cudaMemcpyAsync(into, source, bytes, cudaMemcpyDeviceToDevice, stream()));
  }

  void synchronize() override {
    CudaEvent done = make_event();
    SY_CUDA(cudaEventRecord(done.get(), stream()));
    wait(done.get());
  }
  void wait(cudaEvent_t event) override { (*wait_)(event); }
  void set_event_wait(EventWait wait) override {
    *wait_ = wait ? std::move(wait) : EventWait(wait_without_deadline);
  }

  std::unique_ptr<Program> capture(const std::function<void()>& work) override {
    refuse_in_graph("another recording");
    struct End {
      std::optional<GraphRecording>& recording;
      ~End() { recording.reset(); }
    } end{recording_};
    recording_.emplace(stream(), allocator_);
    work();
    return recording_->finish();
  }
  void between(std::function<void()> step) override {
    if (!recording_) return step();
    recording_->add_step(std::move(step));
  }

  bool capturing() const override {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    SY_CUDA(cudaStreamIsCapturing(stream(), &status));
    return status != cudaStreamCaptureStatusNone;
  }

 private:
  // The bytes that the host has now would be frozen into the graph.
  void refuse_in_graph(const char* what) const {
    SY_REQUIRE(!capturing(), ExitCode::run_failed,
               "{} within work that is recorded as a CUDA graph (a recording must not touch the "
               "host); do it before, into memory that the work reads, or in a step of the host",
               what);
  }

  CudaDeviceInfo info_;
  CachingAllocator allocator_;
  std::shared_ptr<PinnedPool> pinned_ = std::make_shared<PinnedPool>();
  std::shared_ptr<EventWait> wait_ = std::make_shared<EventWait>(wait_without_deadline);
  CudaStream stream_;
  cudaStream_t exchange_ = nullptr;  ///< null: none apart from stream_
  std::optional<GraphRecording> recording_;
};

void download(CudaDevice& device, const Tensor& from, Tensor& to) {
  SY_CUDA(
      cudaMemcpyAsync(to.raw(), from.raw(), from.bytes(), cudaMemcpyDeviceToHost, device.stream()));
  device.synchronize();
}

}  // namespace

std::unique_ptr<CudaDevice> open_cuda_device(int ordinal) {
  CudaSurvey survey = survey_cuda_devices();
  SY_REQUIRE(survey.devices > 0, ExitCode::run_failed, "{}", survey.problem);
  SY_REQUIRE(0 <= ordinal && ordinal < survey.devices, ExitCode::run_failed,
             "there is no CUDA device {} (this process sees {}, counted from 0); start fewer ranks "
             "on this host, or look at CUDA_VISIBLE_DEVICES",
             ordinal, survey.devices);
  CudaDeviceInfo info = read_device_info(ordinal);
  std::string problem = describe_problem(info);
  SY_REQUIRE(problem.empty(), ExitCode::run_failed, "{}", problem);
  SY_CUDA(cudaSetDevice(ordinal));
  return std::make_unique<OneStreamDevice>(std::move(info));
}

void copy_tensor(CudaDevice& device, const Tensor& from, Tensor& to) {
  SY_REQUIRE(from.bytes() == to.bytes(), ExitCode::run_failed,
             "cannot copy a tensor of {} bytes onto one of {}", from.bytes(), to.bytes());
  if (from.bytes() == 0) return;
  const bool from_host = from.memory() == MemoryKind::host;
  const bool to_host = to.memory() == MemoryKind::host;
  if (from_host && to_host)
    std::memcpy(to.raw(), from.raw(), from.bytes());
  else if (from_host)
    device.upload(from.raw(), to.raw(), from.bytes());
  else if (to_host)
    download(device, from, to);
  else
    device.copy(from.raw(), to.raw(), from.bytes());
}

}  // namespace switchyard
