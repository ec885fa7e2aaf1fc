#pragma once
// A small data set in memory, every byte of it known.

#include "data/dataset.hpp"

namespace switchyard::testing {

/// `count` training images of 6 x 5 and no test images. Image n has label n % 3; its byte i is
/// (7 n + 13 i + 1) % 256.
Dataset tiny_dataset(std::int64_t count);

}  // namespace switchyard::testing
