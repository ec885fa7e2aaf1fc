// Batches of a data set in memory.

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

// One image (H,W,3) of `images`, as the placement has it, in T's own arithmetic.
template <class T>
void write_image(const Tensor& images, std::int64_t sample, const ImagePlacement& placement,
                 const ImageSpec& spec, T* out) {
  const std::int64_t height = images.dim(1), width = images.dim(2);
  const std::uint8_t* source = images.data<std::uint8_t>() + sample * height * width * kColours;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t from_y = y + placement.dy;
      const std::int64_t from_x = (placement.mirrored ? width - 1 - x : x) + placement.dx;
      const bool inside = 0 <= from_y && from_y < height && 0 <= from_x && from_x < width;
      const std::uint8_t* pixel = inside ? source + (from_y * width + from_x) * kColours : kBlack;
      for (int c = 0; c < kColours; ++c) {
        const T value = static_cast<T>(pixel[c]) / T{255};
        *out++ = (value - static_cast<T>(spec.mean[c])) / static_cast<T>(spec.std[c]);
      }
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
    T* out = images.data<T>();
    const std::int64_t at = epoch.data<std::int64_t>()[0];
    for (std::int64_t id : sample_ids.span<std::int64_t>()) {
      write_image(pixels, id, place_image(spec.crop, spec.mirror, spec.seed, at, id), spec, out);
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
