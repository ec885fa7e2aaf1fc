#include "train/batch_fit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace switchyard {
namespace {

constexpr double kUsable = 0.95;

// Bytes at the peak of a rehearsal; nothing where it does not fit.
std::optional<double> peak_of(Allocator& allocator, std::int64_t images,
                              const std::function<void(std::int64_t)>& rehearse) {
  allocator.reset_peak();
  try {
    rehearse(images);
  } catch (const OutOfMemory&) {
    return std::nullopt;
  }
  return static_cast<double>(allocator.peak_bytes());
}

}  // namespace

std::int64_t batch_that_fits(Allocator& allocator, std::int64_t failed,
                             const std::function<void(std::int64_t)>& rehearse) {
  const double usable = kUsable * static_cast<double>(allocator.peak_bytes());
  for (std::int64_t images = failed / 2; images >= 1; images /= 2) {
    std::optional<double> peak = peak_of(allocator, images, rehearse);
    if (!peak) continue;
    if (images == 1) return 1;
    const std::int64_t fewer = images / 2;
    std::optional<double> lower = peak_of(allocator, fewer, rehearse);
    if (!lower || *lower >= *peak) return images;
    double per_image = (*peak - *lower) / static_cast<double>(images - fewer);
    auto more = static_cast<std::int64_t>(std::floor((usable - *peak) / per_image));
    return std::clamp(images + more, images, failed - 1);
  }
  return 0;
}

}  // namespace switchyard
