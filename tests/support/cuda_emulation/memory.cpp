#include "cuda_emulation/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

#include "cuda_emulation/settings.hpp"
#include "cuda_emulation/stream.hpp"

namespace cuda_emulation {
namespace {

constexpr std::size_t kReserved = std::size_t{256} << 30;  // of addresses, not of memory
constexpr std::size_t kHugePage = std::size_t{2} << 20;

struct Piece {
  std::size_t bytes;  // what was asked for, in whole pages
  int device;
};

class Memory {
 public:
  void* allocate(int device, std::size_t bytes) {
    std::lock_guard lock(emulation_mutex());
    std::size_t size = whole_pages(bytes);
    if (in_use_[device] + size > device_memory_in_total() ||
        next_ + kHugePage + size + page_ > kReserved)
      return nullptr;
    const bool huge = size >= kHugePage;
    if (huge) next_ = (next_ + kHugePage - 1) / kHugePage * kHugePage;
    std::byte* start = reserved_ + next_;
    // Opening and closing a large piece page by page would take longer than most kernels.
    if (huge) madvise(start, size, MADV_HUGEPAGE);
    next_ += size + page_;
    in_use_[device] += size;
    pieces_[start] = {size, device};
    protect(start, size, PROT_READ | PROT_WRITE);
    std::memset(start, 0xff, size);
    if (open_ == 0) protect(start, size, PROT_NONE);
    return start;
  }

  bool free(void* start) {
    std::lock_guard lock(emulation_mutex());
    auto found = pieces_.find(static_cast<std::byte*>(start));
    if (found == pieces_.end()) return false;
    in_use_[found->second.device] -= found->second.bytes;
    protect(found->first, found->second.bytes, PROT_NONE);
    madvise(found->first, found->second.bytes, MADV_DONTNEED);
    pieces_.erase(found);
    return true;
  }

  bool holds(const void* address) const {
    return reserved_ <= address && address < reserved_ + kReserved;
  }

  std::size_t in_use(int device) {
    std::lock_guard lock(emulation_mutex());
    return in_use_[device];
  }

  // The lock is held while the memory is open, so that one thread's work runs at a time.
  void open() {
    emulation_mutex().lock();
    if (open_++ == 0) protect_all(PROT_READ | PROT_WRITE);
  }
  void close() {
    if (--open_ == 0) protect_all(PROT_NONE);
    emulation_mutex().unlock();
  }

 private:
  std::size_t whole_pages(std::size_t bytes) const {
    return std::max<std::size_t>((bytes + page_ - 1) / page_, 1) * page_;
  }

  static std::byte* reserve() {
    void* start = mmap(nullptr, kReserved + kHugePage, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) throw std::runtime_error("no addresses for device memory");
    auto address = reinterpret_cast<std::uintptr_t>(start);
    return reinterpret_cast<std::byte*>((address + kHugePage - 1) / kHugePage * kHugePage);
  }

  static void protect(std::byte* start, std::size_t bytes, int access) {
    if (mprotect(start, bytes, access) != 0)
      throw std::runtime_error("device memory cannot be opened or closed");
  }
  void protect_all(int access) {
    for (const auto& [start, piece] : pieces_) protect(start, piece.bytes, access);
  }

  const std::size_t page_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::byte* const reserved_ = reserve();
  std::size_t next_ = 0;
  std::map<std::byte*, Piece> pieces_;
  std::map<int, std::size_t> in_use_;
  int open_ = 0;
};

// Never destroyed: static objects of a test may still free memory at exit.
Memory& memory() {
  static Memory& memory = *new Memory;
  return memory;
}

class Pinned {
 public:
  void* allocate(std::size_t bytes) {
    std::lock_guard lock(emulation_mutex());
    void* start = std::malloc(std::max<std::size_t>(bytes, 1));
    if (start) pieces_[static_cast<const std::byte*>(start)] = bytes;
    return start;
  }
  bool free(void* start) {
    std::lock_guard lock(emulation_mutex());
    if (pieces_.erase(static_cast<const std::byte*>(start)) == 0) return false;
    std::free(start);
    return true;
  }
  bool holds(const void* address) {
    std::lock_guard lock(emulation_mutex());
    auto next = pieces_.upper_bound(static_cast<const std::byte*>(address));
    if (next == pieces_.begin()) return false;
    const auto& [start, bytes] = *std::prev(next);
    return address < start + bytes;
  }

 private:
  std::map<const std::byte*, std::size_t> pieces_;
};

Pinned& pinned() {
  static Pinned& pinned = *new Pinned;
  return pinned;
}

}  // namespace

std::recursive_mutex& emulation_mutex() {
  static std::recursive_mutex& mutex = *new std::recursive_mutex;
  return mutex;
}

void* allocate_device(int device, std::size_t bytes) {
  return memory().allocate(device, bytes);
}
bool free_device(void* start) {
  return memory().free(start);
}
bool is_device_memory(const void* address) {
  return memory().holds(address);
}
std::size_t device_memory_in_use(int device) {
  return memory().in_use(device);
}
std::size_t device_memory_in_total() {
  return static_cast<std::size_t>(number_setting("CUDA_EMULATION_MEMORY", 1 << 30));
}

void* allocate_pinned(std::size_t bytes) {
  return pinned().allocate(bytes);
}
bool free_pinned(void* start) {
  return pinned().free(start);
}
bool is_pinned_memory(const void* address) {
  return pinned().holds(address);
}

OpenDeviceMemory::OpenDeviceMemory() {
  memory().open();
}
OpenDeviceMemory::~OpenDeviceMemory() {
  memory().close();
}

}  // namespace cuda_emulation
