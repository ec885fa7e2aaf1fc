#pragma once
// The idx layout of MNIST (LeCun et al.) and its look-alikes of ten classes: big-endian headers,
// images of one grey byte a pixel.

#include <filesystem>

#include "data/dataset.hpp"

namespace switchyard {

/// Reads {train,t10k}-{images-idx3,labels-idx1}-ubyte, also with '.' for the second '-' and with
/// .gz. Grey is replicated to kChannels.
Dataset load_mnist(const std::filesystem::path& folder);

}  // namespace switchyard
