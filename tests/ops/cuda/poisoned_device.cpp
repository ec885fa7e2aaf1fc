#include "ops/cuda/poisoned_device.hpp"

#include <utility>

#include "device/cuda/check.hpp"

namespace switchyard::test {
namespace {

class PoisonedAllocator final : public Allocator {
 public:
  explicit PoisonedAllocator(CudaDevice& device) : device_(device) {}

  MemoryKind memory() const override { return MemoryKind::cuda; }
  Block allocate(std::size_t bytes) override {
    Block block = device_.allocator().allocate(bytes);
    if (bytes > 0) SY_CUDA(cudaMemsetAsync(block.get(), 0xff, bytes, device_.stream()));
    return block;
  }
  std::size_t live_bytes() const override { return device_.allocator().live_bytes(); }
  std::size_t peak_bytes() const override { return device_.allocator().peak_bytes(); }
  void reset_peak() override { device_.allocator().reset_peak(); }

 private:
  CudaDevice& device_;
};

class PoisonedDevice final : public CudaDevice {
 public:
  explicit PoisonedDevice(std::unique_ptr<CudaDevice> device)
      : device_(std::move(device)), allocator_(*device_) {}

  const CudaDeviceInfo& info() const override { return device_->info(); }
  cudaStream_t stream() const override { return device_->stream(); }
  cudaStream_t exchange_stream() const override { return device_->exchange_stream(); }
  void set_exchange_stream(cudaStream_t stream) override { device_->set_exchange_stream(stream); }
  Allocator& allocator() override { return allocator_; }
  std::size_t reserved_bytes() const override { return device_->reserved_bytes(); }
  std::size_t available_bytes() const override { return device_->available_bytes(); }
  void upload(const void* source, std::byte* into, std::size_t bytes) override {
    device_->upload(source, into, bytes);
  }
  std::unique_ptr<HostCopy> start_download(const std::byte* source, std::size_t bytes) override {
    return device_->start_download(source, bytes);
  }
  void copy(const std::byte* source, std::byte* into, std::size_t bytes) override {
    device_->copy(source, into, bytes);
  }
  void synchronize() override { device_->synchronize(); }
  void wait(cudaEvent_t event) override { device_->wait(event); }
  void set_event_wait(EventWait wait) override { device_->set_event_wait(std::move(wait)); }
  std::unique_ptr<Program> capture(const std::function<void()>& work) override {
    return device_->capture(work);
  }
  bool capturing() const override { return device_->capturing(); }
  void between(std::function<void()> step) override { device_->between(std::move(step)); }

 private:
  std::unique_ptr<CudaDevice> device_;
  PoisonedAllocator allocator_;
};

}  // namespace

std::unique_ptr<CudaDevice> make_poisoned(std::unique_ptr<CudaDevice> device) {
  return std::make_unique<PoisonedDevice>(std::move(device));
}

}  // namespace switchyard::test
