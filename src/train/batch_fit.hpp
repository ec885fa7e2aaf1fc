#pragma once
// The batch that would have fitted into memory.

#include <cstdint>
#include <functional>

#include "device/allocator.hpp"

namespace switchyard {

/// How many images a step has room for, once one of `failed` images has run out of the allocator's
/// memory: 0 where not even one. `rehearse(n)` does what a step of n images does and throws
/// OutOfMemory where it cannot; it is called with smaller and smaller n. A step's memory is taken
/// for a fixed part and one for each image, and a twentieth of what has ever fitted is kept free.
std::int64_t batch_that_fits(Allocator& allocator, std::int64_t failed,
                             const std::function<void(std::int64_t)>& rehearse);

}  // namespace switchyard
