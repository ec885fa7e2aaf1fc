#include "base/image_placement.hpp"
#include "ops/kernels/host_data.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

// Two images of 2x3 pixels, whose bytes are their own numbers.
class RefImages : public testing::TestWithParam<DType> {
 protected:
  RefImages() {
    std::vector<std::uint8_t> bytes(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
    pixels = test::host_tensor(backend, bytes).reshape({2, 2, 3, 3});
    spec.std = {1.0 / 255, 1.0 / 255, 1.0 / 255};  // normalised values are the bytes
  }

  Tensor images(const std::vector<std::int64_t>& samples, std::int64_t epoch = 0) {
    return backend.make_images(pixels, test::sample_ids(backend, samples),
                               test::sample_ids(backend, {epoch}), spec, GetParam());
  }

  RefBackend backend;
  Tensor pixels;
  ImageSpec spec;
};

INSTANTIATE_TEST_SUITE_P(Types, RefImages, testing::Values(DType::f32, DType::f64));

TEST_P(RefImages, PlainImagesAreTheirBytes) {
  const Tensor found = images({1, 0});
  EXPECT_EQ(found.dtype(), GetParam());
  std::vector<double> expected;
  for (int i = 18; i < 36; ++i) expected.push_back(i);
  for (int i = 0; i < 18; ++i) expected.push_back(i);
  test::expect_values(backend, found, {2, 2, 3, 3}, expected, 1e-5);
}

TEST_P(RefImages, NormalisesByChannel) {
  spec.mean = {0, 0.5, 1};
  spec.std = {1, 2, 0.25};
  const std::vector<double> found = test::values(backend, images({0}));
  EXPECT_NEAR(found[15], 15 / 255.0, 1e-6);
  EXPECT_NEAR(found[16], (16 / 255.0 - 0.5) / 2, 1e-6);
  EXPECT_NEAR(found[17], (17 / 255.0 - 1) * 4, 1e-6);
}

// Every pixel comes from where the placement says, black from outside.
TEST_P(RefImages, FollowsThePlacement) {
  spec.crop = spec.mirror = true;
  spec.seed = 3;
  int black = 0, mirrored = 0;
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
    const std::vector<double> found = test::values(backend, images({1}, epoch));
    const ImagePlacement at = place_image(true, true, 3, epoch, 1);
    mirrored += at.mirrored;
    for (std::int64_t y = 0; y < 2; ++y) {
      for (std::int64_t x = 0; x < 3; ++x) {
        const std::int64_t v = y + at.dy, u = (at.mirrored ? 2 - x : x) + at.dx;
        const bool inside = 0 <= v && v < 2 && 0 <= u && u < 3;
        black += !inside;
        const double expected = inside ? 18 + 3 * static_cast<double>(3 * v + u) : 0;
        EXPECT_NEAR(found[static_cast<std::size_t>(9 * y + 3 * x)], expected, 1e-5);
      }
    }
  }
  EXPECT_GT(black, 0);
  EXPECT_LT(black, 20 * 6);
  EXPECT_GT(mirrored, 0);
  EXPECT_LT(mirrored, 20);
}

TEST_P(RefImages, LooksUpLabels) {
  const Tensor labels = test::indices(backend, {3}, {7, 8, 9});
  const Tensor found = backend.look_up(labels, test::sample_ids(backend, {2, 0, 2}));
  EXPECT_EQ(found.dtype(), DType::i32);
  test::expect_values(backend, found, {3}, {9, 7, 9});
}

TEST_P(RefImages, NoSamples) {
  EXPECT_EQ(images({}).shape(), (Shape{0, 2, 3, 3}));
  const Tensor labels = test::indices(backend, {1}, {7});
  EXPECT_EQ(backend.look_up(labels, test::sample_ids(backend, {})).shape(), (Shape{0}));
}

TEST_P(RefImages, RefusesWhatIsNotThere) {
  EXPECT_THROW(images({2}), Error);
  EXPECT_THROW(images({-1}), Error);
  const Tensor labels = test::indices(backend, {1}, {7});
  EXPECT_THROW(backend.look_up(labels, test::sample_ids(backend, {1})), Error);
  pixels = pixels.reshape({2, 3, 3, 2});
  EXPECT_THROW(images({0}), Error);
  pixels = backend.zeros({1, 2, 2, 3}, DType::f32);
  EXPECT_THROW(images({0}), Error);
}

}  // namespace
}  // namespace switchyard
