#include "device/cuda/caching_allocator.hpp"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "device/cuda/heap.hpp"

namespace switchyard {
namespace {

// The heap of the stream, or that of one graph.
struct Region {
  explicit Region(int device) : heap(device) {}
  Heap heap;
  std::size_t live = 0;     // bytes in use
  std::size_t counted = 0;  // as bytes in use of all
  bool held = false;        // for a graph: counts what it needs for a run, in use or not
};

std::string bytes_text(std::size_t bytes) {
  const double mib = static_cast<double>(bytes) / (1 << 20);
  return mib < 1024 ? fmt::format("{:.1f} MiB", mib) : fmt::format("{:.2f} GiB", mib / 1024);
}

}  // namespace

class CachingAllocator::Pool : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(int device) : device_(device), main_(std::make_shared<Region>(device)) {}

  Block allocate(std::size_t bytes);
  std::shared_ptr<GraphMemory> begin_graph();
  void end_graph();

  std::size_t live() const {
    std::lock_guard lock(mutex_);
    return live_;
  }
  std::size_t peak() const {
    std::lock_guard lock(mutex_);
    return peak_;
  }
  void reset_peak() {
    std::lock_guard lock(mutex_);
    peak_ = live_;
  }
  std::size_t reserved() const {
    std::lock_guard lock(mutex_);
    return reserved_unlocked();
  }

 private:
  class Memory;

  HeapPiece* find(Region& region, std::size_t bytes);
  void give_back(Region& region, HeapPiece* piece);
  void charge(Region& region, std::size_t live);
  void forget_graph(Memory& graph);
  std::size_t reserved_unlocked() const;
  [[noreturn]] void fail_for_lack_of(std::size_t bytes) const;

  const int device_;
  mutable std::mutex mutex_;
  const std::shared_ptr<Region> main_;
  std::vector<std::weak_ptr<Region>> graph_regions_;
  Memory* recording_ = nullptr;
  std::size_t live_ = 0;
  std::size_t peak_ = 0;
};

class CachingAllocator::Pool::Memory final : public GraphMemory {
 public:
  Memory(std::shared_ptr<Pool> pool, std::shared_ptr<Region> region)
      : region(std::move(region)), pool_(std::move(pool)) {}
  ~Memory() override { pool_->forget_graph(*this); }

  const std::shared_ptr<Region> region;
  std::vector<HeapPiece*> freed_outside;  // of the main region, while this was recorded

 private:
  const std::shared_ptr<Pool> pool_;
};

Block CachingAllocator::Pool::allocate(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Region> region = recording_ ? recording_->region : main_;
  HeapPiece* piece = find(*region, bytes);
  charge(*region, region->live + piece->bytes);
  return Block(piece->start, [self = shared_from_this(), region, piece](std::byte*) {
    self->give_back(*region, piece);
  });
}

HeapPiece* CachingAllocator::Pool::find(Region& region, std::size_t bytes) {
  if (HeapPiece* piece = region.heap.take(bytes)) return piece;
  if (HeapPiece* piece = region.heap.take_fresh(bytes)) return piece;
  main_->heap.release_free_segments();
  if (HeapPiece* piece = region.heap.take_fresh(bytes)) return piece;
  fail_for_lack_of(bytes);
}

void CachingAllocator::Pool::give_back(Region& region, HeapPiece* piece) {
  std::lock_guard lock(mutex_);
  if (recording_ && &region == main_.get()) {
    recording_->freed_outside.push_back(piece);
    return;
  }
  std::size_t bytes = piece->bytes;  // before it is joined with others
  region.heap.give_back(piece);
  charge(region, region.live - bytes);
}

void CachingAllocator::Pool::charge(Region& region, std::size_t live) {
  region.live = live;
  std::size_t counted = region.held ? std::max(region.counted, live) : live;
  live_ = live_ - region.counted + counted;
  region.counted = counted;
  peak_ = std::max(peak_, live_);
}

std::shared_ptr<GraphMemory> CachingAllocator::Pool::begin_graph() {
  std::lock_guard lock(mutex_);
  main_->heap.release_free_segments();  // the graph takes memory of its own in their place
  auto region = std::make_shared<Region>(device_);
  region->held = true;
  std::erase_if(graph_regions_, [](const auto& known) { return known.expired(); });
  graph_regions_.push_back(region);
  auto memory = std::make_shared<Memory>(shared_from_this(), region);
  recording_ = memory.get();
  return memory;
}

void CachingAllocator::Pool::end_graph() {
  std::lock_guard lock(mutex_);
  recording_ = nullptr;
}

void CachingAllocator::Pool::forget_graph(Memory& graph) {
  {
    std::lock_guard lock(mutex_);
    if (recording_ == &graph) recording_ = nullptr;
    graph.region->held = false;
    charge(*graph.region, graph.region->live);
    graph.region->heap.release_free_segments();  // a block that outlives the graph keeps its own
  }
  for (HeapPiece* piece : graph.freed_outside) give_back(*main_, piece);
}

std::size_t CachingAllocator::Pool::reserved_unlocked() const {
  std::size_t bytes = main_->heap.reserved_bytes();
  for (const auto& known : graph_regions_)
    if (auto region = known.lock()) bytes += region->heap.reserved_bytes();
  return bytes;
}

void CachingAllocator::Pool::fail_for_lack_of(std::size_t bytes) const {
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);
  throw OutOfMemory(
      ExitCode::run_failed,
      fmt::format(
          "out of memory on CUDA device {} (asked for {} with {} in use and {} kept in "
          "pieces too small; {} of the device's {} are free); use more devices, fewer ranks "
          "on this one, or smaller tensors",
          device_, bytes_text(bytes), bytes_text(live_),
          bytes_text(reserved_unlocked() - std::min(live_, reserved_unlocked())), bytes_text(free),
          bytes_text(total)),
      {}, std::source_location::current());
}

CachingAllocator::CachingAllocator(int device) : pool_(std::make_shared<Pool>(device)) {}
CachingAllocator::~CachingAllocator() = default;
Block CachingAllocator::allocate(std::size_t bytes) {
  return pool_->allocate(bytes);
}
std::size_t CachingAllocator::live_bytes() const {
  return pool_->live();
}
std::size_t CachingAllocator::peak_bytes() const {
  return pool_->peak();
}
void CachingAllocator::reset_peak() {
  pool_->reset_peak();
}
std::size_t CachingAllocator::reserved_bytes() const {
  return pool_->reserved();
}
std::size_t CachingAllocator::available_bytes() const {
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);  // leaves zeros where it fails
  return free + reserved_bytes() - std::min(live_bytes(), reserved_bytes());
}
std::shared_ptr<GraphMemory> CachingAllocator::begin_graph() {
  return pool_->begin_graph();
}
void CachingAllocator::end_graph() {
  pool_->end_graph();
}

}  // namespace switchyard
