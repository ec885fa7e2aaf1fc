// Runs the threads of a block as fibers.
//
// A worker is a fiber that starts threads of the block one after the other. Only when a thread has
// to wait does its worker switch away, and another worker starts the rest: a kernel without
// barriers costs a call a thread.

#include "cuda_emulation/kernel.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cuda_emulation/settings.hpp"
#include "cuda_emulation/stream.hpp"
#include "cuda_emulation/worker.hpp"

namespace cuda_emulation {
namespace {

constexpr unsigned kLanes = 32;

// Where a thread has got to. `waits_at` is the operation's name, null while it runs or once it has
// ended.
struct Thread {
  Worker* worker = nullptr;
  const char* waits_at = nullptr;
  unsigned mask = 0;
  unsigned participants = 0;
  bool ended = false;
};

constexpr const char* kBlockBarrier = "__syncthreads";

class Block {
 public:
  /// Runs one block; blockIdx and the dimensions are set.
  void run(unsigned size, const std::function<void()>& kernel);
  void wait(const char* operation, unsigned mask, std::uint64_t value);
  WarpValues met() const;
  unsigned current() const { return current_; }
  /// After an error: forgets the threads that wait, with their workers.
  void abandon() { idle_.clear(); }

 private:
  void start_threads();
  void run_threads(Worker& worker);
  bool release_warps();
  bool release_warp(unsigned first);
  bool release_block();
  void resume(unsigned thread);
  void enter(Worker& worker);
  Worker& idle_worker();
  unsigned in_order(unsigned i) const { return reverse_ ? size_ - 1 - i : i; }
  [[noreturn]] void report_divergence() const;

  std::vector<Worker*> workers_;
  std::vector<Worker*> idle_;
  std::vector<Thread> threads_;
  std::vector<std::uint64_t> brought_;  // to the operation that a thread waits at
  std::vector<std::uint64_t> visible_;  // of the operation that was met at last
  const std::function<void()>* kernel_ = nullptr;
  unsigned size_ = 0;
  unsigned started_ = 0;
  unsigned current_ = 0;
  bool reverse_ = false;
  std::exception_ptr error_;
};

void Block::run(unsigned size, const std::function<void()>& kernel) {
  kernel_ = &kernel;
  size_ = size;
  started_ = 0;
  reverse_ = text_setting("CUDA_EMULATION_ORDER") == "reverse";
  threads_.assign(size, {});
  unsigned padded = (size + kLanes - 1) / kLanes * kLanes;
  brought_.assign(padded, 0);
  visible_.assign(padded, 0);
  start_threads();
  while (release_warps() || release_block()) {
  }
  for (const Thread& thread : threads_)
    if (!thread.ended) report_divergence();
}

void Block::start_threads() {
  while (started_ < size_) enter(idle_worker());
}

Worker& Block::idle_worker() {
  if (idle_.empty()) {
    workers_.push_back(new Worker([this](Worker& worker) {
      while (true) {
        run_threads(worker);
        idle_.push_back(&worker);
        worker.leave();
      }
    }));
    return *workers_.back();
  }
  Worker* worker = idle_.back();
  idle_.pop_back();
  return *worker;
}

// The body of a worker.
void Block::run_threads(Worker& worker) {
  while (started_ < size_ && !error_) {
    unsigned thread = in_order(started_++);
    threads_[thread].worker = &worker;
    current_ = thread;
    threadIdx = {thread, 0, 0};
    try {
      (*kernel_)();
    } catch (...) {
      error_ = std::current_exception();
    }
    // The worker may have waited meanwhile, and others run.
    threads_[thread].ended = true;
  }
}

void Block::enter(Worker& worker) {
  worker.enter();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Block::resume(unsigned thread) {
  threads_[thread].waits_at = nullptr;
  current_ = thread;
  threadIdx = {thread, 0, 0};
  enter(*threads_[thread].worker);
}

void Block::wait(const char* operation, unsigned mask, std::uint64_t value) {
  Thread& thread = threads_[current_];
  thread.waits_at = operation;
  thread.mask = mask;
  brought_[current_] = value;
  thread.worker->leave();
}

WarpValues Block::met() const {
  unsigned first = current_ / kLanes * kLanes;
  return {&visible_[first], threads_[current_].participants, static_cast<int>(current_ - first)};
}

bool Block::release_warps() {
  bool any = false;
  for (unsigned i = 0; i < size_; ++i) {
    unsigned thread = in_order(i);
    const Thread& state = threads_[thread];
    if (state.waits_at && state.waits_at != kBlockBarrier) any |= release_warp(thread);
  }
  return any;
}

// Lets the lanes go on that `thread` waits for, if all are there.
bool Block::release_warp(unsigned thread) {
  const char* operation = threads_[thread].waits_at;
  unsigned first = thread / kLanes * kLanes;
  unsigned mask = threads_[thread].mask;
  unsigned here = 0;
  for (unsigned lane = 0; lane < kLanes && first + lane < size_; ++lane) {
    const Thread& other = threads_[first + lane];
    if (!(mask >> lane & 1) || other.ended) continue;
    if (other.waits_at != operation || other.mask != mask) return false;
    here |= 1u << lane;
  }
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(here >> lane & 1)) continue;
    visible_[first + lane] = brought_[first + lane];
    threads_[first + lane].participants = here;
  }
  for (unsigned i = 0; i < kLanes; ++i) {
    unsigned lane = reverse_ ? kLanes - 1 - i : i;
    if (here >> lane & 1) resume(first + lane);
  }
  return true;
}

bool Block::release_block() {
  bool any = false;
  for (const Thread& thread : threads_) {
    if (!thread.ended && thread.waits_at != kBlockBarrier) return false;
    any |= !thread.ended;
  }
  for (unsigned i = 0; i < size_; ++i)
    if (!threads_[in_order(i)].ended) resume(in_order(i));
  return any;
}

void Block::report_divergence() const {
  std::string where;
  for (unsigned i = 0; i < size_; ++i) {
    const Thread& thread = threads_[i];
    std::string place = thread.ended ? "has ended" : std::string("waits at ") + thread.waits_at;
    if (where.empty() || !where.ends_with(place))
      where += (where.empty() ? "thread " : "; thread ") + std::to_string(i) + " " + place;
  }
  throw std::logic_error("the threads of a block wait for one another for ever (" + where + ")");
}

Block& running_block() {
  static Block& block = *new Block;
  return block;
}

void run_grid(dim3 grid, unsigned block, const std::function<void()>& kernel) {
  gridDim = grid;
  blockDim = dim3(block);
  try {
    for (unsigned z = 0; z < grid.z; ++z)
      for (unsigned y = 0; y < grid.y; ++y)
        for (unsigned x = 0; x < grid.x; ++x) {
          blockIdx = {x, y, z};
          running_block().run(block, kernel);
        }
  } catch (...) {
    running_block().abandon();
    throw;
  }
}

void check_limits(dim3 grid, unsigned block) {
  if (block < 1 || block > 1024)
    throw std::logic_error("a block of " + std::to_string(block) +
                           " threads (1 to 1024 are possible)");
  if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    throw std::logic_error("a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) +
                           " x " + std::to_string(grid.z) +
                           " blocks (2147483647 x 65535 x 65535 are possible)");
}

}  // namespace

void launch(dim3 grid, unsigned block, cudaStream_t stream, std::function<void()> kernel) {
  check_limits(grid, block);
  enqueue(stream, [grid, block, kernel = std::move(kernel)] { run_grid(grid, block, kernel); });
}

void wait_for_block() {
  running_block().wait(kBlockBarrier, 0, 0);
}

WarpValues meet_warp(const char* operation, unsigned mask, std::uint64_t value) {
  Block& block = running_block();
  unsigned lane = block.current() % kLanes;
  if (!(mask >> lane & 1))
    throw std::logic_error(std::string(operation) + " by lane " + std::to_string(lane) +
                           ", which its mask leaves out");
  block.wait(operation, mask, value);
  return block.met();
}

std::uint64_t WarpValues::of(int source) const {
  if (!(participants >> source & 1))
    throw std::logic_error("lane " + std::to_string(lane) + " reads from lane " +
                           std::to_string(source) + " of its warp, which takes no part");
  return values[source];
}

}  // namespace cuda_emulation
