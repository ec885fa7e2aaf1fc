#include "data/batch.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/random.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kPadding = 4;
constexpr std::uint8_t kBlack[kChannels] = {};

/// Where an augmented image comes from: its pixel (y, x) is pixel (y + dy, x + dx) of the source,
/// with W-1-x for x where mirrored.
struct Placement {
  std::int64_t dy = 0;
  std::int64_t dx = 0;
  bool mirrored = false;
};

/// Draws a placement a sample.
class Augmenter {
 public:
  Augmenter(const PixelOptions& options, bool mirrorable)
      : active_(options.augmentation == Augmentation::standard),
        mirrorable_(mirrorable),
        crop_(options.seed, RandomPurpose::crop, static_cast<std::uint64_t>(options.epoch)),
        flip_(options.seed, RandomPurpose::flip, static_cast<std::uint64_t>(options.epoch)) {}

  Placement operator()(std::int64_t sample) const {
    if (!active_) return {};
    const auto key = static_cast<std::uint64_t>(sample);
    return {.dy = offset(key, 0),
            .dx = offset(key, 1),
            .mirrored = mirrorable_ && flip_.below(2, key, 0) == 1};
  }

 private:
  std::int64_t offset(std::uint64_t key, std::uint32_t axis) const {
    return static_cast<std::int64_t>(crop_.below(2 * kPadding + 1, key, axis)) - kPadding;
  }

  bool active_;
  bool mirrorable_;
  RandomStream crop_;
  RandomStream flip_;
};

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
void write_image(const ImageSet& images, std::int64_t sample, const Placement& placement,
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
  const Augmenter placement_of(options, data.mirrorable);
  dispatch_float(options.dtype, [&]<class T>() {
    const auto table = normalised_values<T>(data.normalisation);
    T* out = batch.images.data<T>();
    for (std::int64_t i = 0; i < n; ++i, out += images.image_bytes()) {
      const auto sample = samples[i];
      SY_REQUIRE(sample >= 0 && sample < images.size(), ExitCode::run_failed,
                 "sample {} is not in data set {} (it holds {} images)", sample, data.name,
                 images.size());
      batch.labels.data<std::int32_t>()[i] = images.labels[sample];
      write_image(images, sample, placement_of(sample), table, out);
    }
  });
  return batch;
}

}  // namespace switchyard
