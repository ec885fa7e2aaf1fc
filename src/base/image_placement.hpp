#pragma once
// Standard augmentation: where the pixels of an augmented image come from. Keyed by (seed, epoch,
// sample), so it does not depend on the batch, rank or device that a sample falls on.

#include <cstdint>

#include "base/host_device.hpp"
#include "base/random.hpp"

namespace switchyard {

/// Pixel (y, x) of the augmented image is pixel (y + dy, x + dx) of the source, with W-1-x for x
/// where mirrored; black outside.
struct ImagePlacement {
  std::int64_t dy = 0;
  std::int64_t dx = 0;
  bool mirrored = false;
};

/// `crop`: a random crop of the image padded by 4 pixels. `mirror`: mirrored half of the time.
SY_HOST_DEVICE inline ImagePlacement place_image(bool crop, bool mirror, std::uint64_t seed,
                                                 std::int64_t epoch, std::int64_t sample) {
  constexpr std::uint64_t kPadding = 4;
  const auto key = static_cast<std::uint64_t>(sample);
  const auto step = static_cast<std::uint64_t>(epoch);
  ImagePlacement placement;
  if (crop) {
    RandomStream stream(seed, RandomPurpose::crop, step);
    auto shift = [&](std::uint32_t axis) {
      return static_cast<std::int64_t>(stream.below(2 * kPadding + 1, key, axis)) -
             static_cast<std::int64_t>(kPadding);
    };
    placement.dy = shift(0);
    placement.dx = shift(1);
  }
  placement.mirrored =
      mirror && RandomStream(seed, RandomPurpose::flip, step).below(2, key, 0) == 1;
  return placement;
}

}  // namespace switchyard
