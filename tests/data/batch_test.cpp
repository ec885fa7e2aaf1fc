#include "data/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/random.hpp"
#include "data/tiny_dataset.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::tiny_dataset;
using Indices = std::vector<std::int64_t>;

class BatchTest : public ::testing::Test {
 protected:
  Batch make(const Indices& samples, const PixelOptions& options) {
    return make_batch(data_, data_.train, samples, options, *allocator_);
  }

  Dataset data_ = tiny_dataset(40);
  std::shared_ptr<Allocator> allocator_ = make_host_allocator();
};

const PixelOptions kAugmented{
    .augmentation = Augmentation::standard, .seed = 5, .epoch = 2, .dtype = DType::f64};

/// The words of the definition: pad with zeros, crop, mirror, scale, normalise.
std::vector<double> augmented_by_hand(const Dataset& data, std::int64_t sample,
                                      const PixelOptions& options) {
  constexpr int kPad = 4;
  const auto& set = data.train;
  const auto h = set.height, w = set.width, wide = w + 2 * kPad;
  std::vector<int> padded((h + 2 * kPad) * wide * kChannels, 0);
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t i = 0; i < w * kChannels; ++i)
      padded[((y + kPad) * wide + kPad) * kChannels + i] =
          set.pixels[sample * set.image_bytes() + y * w * kChannels + i];
  const RandomStream crop(options.seed, RandomPurpose::crop, options.epoch);
  const RandomStream flip(options.seed, RandomPurpose::flip, options.epoch);
  const auto top = static_cast<std::int64_t>(crop.below(9, sample, 0));
  const auto left = static_cast<std::int64_t>(crop.below(9, sample, 1));
  const bool mirrored = data.mirrorable && flip.below(2, sample, 0) == 1;
  std::vector<double> out;
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t x = 0; x < w; ++x)
      for (int c = 0; c < kChannels; ++c) {
        const auto column = mirrored ? w - 1 - x : x;
        const int value = padded[((top + y) * wide + left + column) * kChannels + c];
        out.push_back((value / 255.0 - data.normalisation.mean[c]) / data.normalisation.std[c]);
      }
  return out;
}

TEST_F(BatchTest, NormalisesPixels) {
  const auto batch = make({4, 1}, {});
  EXPECT_EQ(batch.images.shape(), (Shape{2, 6, 5, 3}));
  // Image 4 begins with the bytes 29, 42, 55; image 1 with 8, 21, 34.
  const float* x = batch.images.data<float>();
  EXPECT_FLOAT_EQ(x[0], (29 / 255.f - .5f) / .25f);
  EXPECT_FLOAT_EQ(x[1], (42 / 255.f - .4f) / .2f);
  EXPECT_FLOAT_EQ(x[2], (55 / 255.f - .3f) / .1f);
  EXPECT_FLOAT_EQ(x[90], (8 / 255.f - .5f) / .25f);
  EXPECT_EQ(batch.labels.data<std::int32_t>()[0], 1);
  EXPECT_EQ(batch.sample_ids.data<std::int64_t>()[0], 4);
  EXPECT_EQ(batch.sample_ids.data<std::int64_t>()[1], 1);
}

TEST_F(BatchTest, AugmentsAsTheDefinitionSays) {
  Indices all(40);
  std::iota(all.begin(), all.end(), 0);
  for (bool mirrorable : {true, false}) {
    data_.mirrorable = mirrorable;
    const auto batch = make(all, kAugmented);
    const auto bytes = data_.train.image_bytes();
    for (auto sample : all) {
      const auto expected = augmented_by_hand(data_, sample, kAugmented);
      const double* x = batch.images.data<double>() + sample * bytes;
      for (std::int64_t i = 0; i < bytes; ++i) ASSERT_DOUBLE_EQ(x[i], expected[i]) << sample;
    }
  }
}

TEST_F(BatchTest, AugmentationDoesNotDependOnTheBatch) {
  const auto whole = make({3, 17, 30}, kAugmented).images;
  const auto alone = make({30}, kAugmented).images;
  EXPECT_TRUE(std::ranges::equal(whole.rows(2, 3).span<double>(), alone.span<double>()));
}

TEST_F(BatchTest, AugmentationChangesWithSeedAndEpoch) {
  const Indices samples{1, 2, 3, 4};
  const auto same = make(samples, kAugmented).images;
  auto other_epoch = kAugmented, other_seed = kAugmented;
  other_epoch.epoch = 3;
  other_seed.seed = 6;
  for (const auto& options : {other_epoch, other_seed})
    EXPECT_FALSE(
        std::ranges::equal(make(samples, options).images.span<double>(), same.span<double>()));
}

TEST_F(BatchTest, MayBeEmpty) {
  const auto batch = make({}, kAugmented);
  EXPECT_EQ(batch.images.shape(), (Shape{0, 6, 5, 3}));
  EXPECT_EQ(batch.size(), 0);
}

TEST_F(BatchTest, RefusesSamplesThatAreNotThere) {
  for (std::int64_t sample : {-1, 40})
    EXPECT_NE(testing::error_text(ExitCode::run_failed,
                                  [&] {
                                    make({0, sample}, {});
                                  })
                  .find("it holds 40 images"),
              std::string::npos);
}

}  // namespace
}  // namespace switchyard
