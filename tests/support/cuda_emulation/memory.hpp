#pragma once
// The memory of emulated devices, and pinned memory of the host.
//
// Every allocation has pages of its own with a gap behind it, no address is given out twice, and
// pages can be touched only while work of a stream runs: the host touching device memory, an access
// beyond an allocation or to one that has been freed all end in a segmentation fault.

#include <cstddef>
#include <mutex>

namespace cuda_emulation {

/// Guards everything that is emulated: one thread at a time.
std::recursive_mutex& emulation_mutex();

/// Memory of one device, filled with 0xff bytes, which are NaN; null where that device's memory
/// (CUDA_EMULATION_MEMORY bytes, 1 GiB by default) would be exceeded.
void* allocate_device(int device, std::size_t bytes);
/// False where no allocation starts there.
bool free_device(void* start);
bool is_device_memory(const void* address);
std::size_t device_memory_in_use(int device);
std::size_t device_memory_in_total();

void* allocate_pinned(std::size_t bytes);
bool free_pinned(void* start);
bool is_pinned_memory(const void* address);

}  // namespace cuda_emulation
