// Batches of a data set in memory.

#include <array>

#include "base/image_placement.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kColours = 3;
constexpr std::uint8_t kBlack[kColours] = {};

void expect_samples(const Tensor& sample_ids, std::int64_t samples) {
  ref::expect_rank(sample_ids, "the sample ids", 1);
  ref::expect(sample_ids, "the sample ids", sample_ids.shape(), DType::i64);
  for (std::int64_t id : sample_ids.span<std::int64_t>()) {
    SY_REQUIRE(0 <= id && id < samples, ExitCode::run_failed,
               "sample {} is not in a data set of {} samples", id, samples);
  }
}

// Every byte already normalised, in double's or float's own arithmetic: (byte, colour).
template <class T>
using PixelTable = std::array<std::array<T, kColours>, 256>;

template <class T>
PixelTable<T> normalised_values(const ImageSpec& spec) {
  PixelTable<T> table;
  for (int value = 0; value < 256; ++value) {
    for (int c = 0; c < kColours; ++c) {
      table[value][c] = (static_cast<T>(value) / T{255} - static_cast<T>(spec.mean[c])) /
                        static_cast<T>(spec.std[c]);
    }
  }
  return table;
}

// One image (H,W,3) of `images`, as the placement has it.
template <class T>
void write_image(const Tensor& images, std::int64_t sample, const ImagePlacement& placement,
                 const PixelTable<T>& table, T* out) {
  const std::int64_t height = images.dim(1), width = images.dim(2);
  const std::uint8_t* source = images.data<std::uint8_t>() + sample * height * width * kColours;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x, out += kColours) {
      const std::int64_t from_y = y + placement.dy;
      const std::int64_t from_x = (placement.mirrored ? width - 1 - x : x) + placement.dx;
      const bool inside = 0 <= from_y && from_y < height && 0 <= from_x && from_x < width;
      const std::uint8_t* pixel = inside ? source + (from_y * width + from_x) * kColours : kBlack;
      for (int c = 0; c < kColours; ++c) out[c] = table[pixel[c]][c];
    }
  }
}

}  // namespace

Tensor RefBackend::make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                               const ImageSpec& spec, DType dtype) {
  ref::expect_rank(pixels, "the pixels", 4);
  ref::expect(pixels, "the pixels", {pixels.dim(0), pixels.dim(1), pixels.dim(2), kColours},
              DType::u8);
  ref::expect(epoch, "the epoch", {1}, DType::i64);
  expect_samples(sample_ids, pixels.dim(0));
  Tensor images = empty({sample_ids.dim(0), pixels.dim(1), pixels.dim(2), kColours}, dtype);
  dispatch_float(dtype, [&]<class T>() {
    const PixelTable<T> table = normalised_values<T>(spec);
    T* out = images.data<T>();
    for (std::int64_t id : sample_ids.span<std::int64_t>()) {
      const std::int64_t at = epoch.data<std::int64_t>()[0];
      write_image(pixels, id, place_image(spec.crop, spec.mirror, spec.seed, at, id), table, out);
      out += ref::elements_per_row(pixels);
    }
  });
  return images;
}

Tensor RefBackend::look_up(const Tensor& labels, const Tensor& sample_ids) {
  ref::expect_rank(labels, "the labels", 1);
  ref::expect(labels, "the labels", labels.shape(), DType::i32);
  expect_samples(sample_ids, labels.dim(0));
  Tensor found = empty({sample_ids.dim(0)}, DType::i32);
  std::int32_t* to = found.data<std::int32_t>();
  for (std::int64_t id : sample_ids.span<std::int64_t>()) *to++ = labels.data<std::int32_t>()[id];
  return found;
}

}  // namespace switchyard
