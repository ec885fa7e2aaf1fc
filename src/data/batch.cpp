#include "data/batch.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/image_placement.hpp"

namespace switchyard {
namespace {

constexpr std::uint8_t kBlack[kChannels] = {};

/// Every pixel value already normalised: table[value][channel].
template <class T>
using PixelTable = std::array<std::array<T, kChannels>, 256>;

template <class T>
PixelTable<T> normalised_values(const Normalisation& n) {
  PixelTable<T> table;
  for (int value = 0; value < 256; ++value)
    for (int c = 0; c < kChannels; ++c)
      table[value][c] =
          (static_cast<T>(value) / T{255} - static_cast<T>(n.mean[c])) / static_cast<T>(n.std[c]);
  return table;
}

template <class T>
void write_image(const ImageSet& images, std::int64_t sample, const ImagePlacement& placement,
                 const PixelTable<T>& table, T* out) {
  const std::uint8_t* source = images.pixels.data() + sample * images.image_bytes();
  const std::int64_t height = images.height, width = images.width;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x, out += kChannels) {
      const auto from_y = y + placement.dy;
      const auto from_x = (placement.mirrored ? width - 1 - x : x) + placement.dx;
      const bool inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
      const std::uint8_t* pixel = inside ? source + (from_y * width + from_x) * kChannels : kBlack;
      for (int c = 0; c < kChannels; ++c) out[c] = table[pixel[c]][c];
    }
}

}  // namespace

Batch make_batch(const Dataset& data, const ImageSet& images, std::span<const std::int64_t> samples,
                 const PixelOptions& options, Allocator& allocator) {
  const auto n = static_cast<std::int64_t>(samples.size());
  Batch batch{
      .images = Tensor(allocator, {n, images.height, images.width, kChannels}, options.dtype),
      .labels = Tensor(allocator, {n}, DType::i32),
      .sample_ids = Tensor(allocator, {n}, DType::i64),
      .first = 0,
      .global_size = n};
  std::ranges::copy(samples, batch.sample_ids.data<std::int64_t>());
  const bool augmented = options.augmentation == Augmentation::standard;
  dispatch_float(options.dtype, [&]<class T>() {
    const auto table = normalised_values<T>(data.normalisation);
    T* out = batch.images.data<T>();
    for (std::int64_t i = 0; i < n; ++i, out += images.image_bytes()) {
      const auto sample = samples[i];
      SY_REQUIRE(sample >= 0 && sample < images.size(), ExitCode::run_failed,
                 "sample {} is not in data set {} (it holds {} images)", sample, data.name,
                 images.size());
      batch.labels.data<std::int32_t>()[i] = images.labels[sample];
      const ImagePlacement placement =
          place_image(augmented, augmented && data.mirrorable, options.seed, options.epoch, sample);
      write_image(images, sample, placement, table, out);
    }
  });
  return batch;
}

}  // namespace switchyard
