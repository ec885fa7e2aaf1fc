#include "comm/cuda/pinned_tensor.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {
namespace {

/// Gives out one block that exists.
class LentMemory final : public Allocator {
 public:
  explicit LentMemory(Block block) : block_(std::move(block)) {}
  MemoryKind memory() const override { return MemoryKind::host; }
  Block allocate(std::size_t) override { return block_; }
  std::size_t live_bytes() const override { return 0; }
  std::size_t peak_bytes() const override { return 0; }
  void reset_peak() override {}

 private:
  Block block_;
};

}  // namespace

PinnedTensor make_pinned_tensor(const std::shared_ptr<PinnedPool>& pool, Shape shape, DType dtype) {
  const std::size_t bytes = static_cast<std::size_t>(count_elements(shape)) * size_of(dtype);
  auto buffer = std::make_shared<PinnedBuffer>(pool->take(std::max<std::size_t>(bytes, 1)));
  const cudaEvent_t copied = buffer->copied.get();
  LentMemory memory(Block(buffer->bytes.get(),
                          [pool, buffer](std::byte*) { pool->give_back(std::move(*buffer)); }));
  return {Tensor(memory, std::move(shape), dtype), copied};
}

PinnedTensor start_download(CudaDevice& device, const std::shared_ptr<PinnedPool>& pool,
                            const Tensor& from) {
  PinnedTensor to = make_pinned_tensor(pool, from.shape(), from.dtype());
  if (from.bytes() > 0) {
    SY_CUDA(cudaMemcpyAsync(to.tensor.raw(), from.raw(), from.bytes(), cudaMemcpyDeviceToHost,
                            device.stream()));
  }
  SY_CUDA(cudaEventRecord(to.copied, device.stream()));
  return to;
}

void start_upload(CudaDevice& device, const PinnedTensor& from, Tensor& to) {
  if (to.bytes() == 0) return;
  SY_CUDA(cudaMemcpyAsync(to.raw(), from.tensor.raw(), to.bytes(), cudaMemcpyHostToDevice,
                          device.stream()));
  SY_CUDA(cudaEventRecord(from.copied, device.stream()));
}

}  // namespace switchyard
