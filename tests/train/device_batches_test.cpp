// Batches made by kernels against those that the host makes.

#include "train/device_batches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "data/sampler.hpp"
#include "data/tiny_dataset.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::equal(a.raw(), a.raw() + a.bytes(), b.raw());
}

class DeviceBatchesTest : public ::testing::Test {
 protected:
  BatchPlan plan(std::int64_t first_batch, int rank, int world) {
    std::vector<std::int64_t> all(40);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    return {.order = epoch_order(all, 9, 3),
            .batch_size = 12,
            .first_batch = first_batch,
            .rank = Rank{rank},
            .world = world};
  }

  void expect_same(BatchSource& source, BatchPlan plan, const PixelOptions& options) {
    BatchLoader loader(data_, data_.train, plan, options, host_);
    source.start(plan, options.epoch);
    while (auto expected = loader.next()) {
      auto share = source.next();
      ASSERT_TRUE(share.has_value());
      EXPECT_EQ(share->size, expected->size());
      EXPECT_EQ(share->first, expected->first);
      EXPECT_EQ(share->global_size, expected->global_size);
      Batch found = source.make();
      EXPECT_TRUE(same_bytes(found.images, expected->images));
      EXPECT_TRUE(same_bytes(found.labels, expected->labels));
      EXPECT_TRUE(same_bytes(found.sample_ids, expected->sample_ids));
      EXPECT_EQ(found.first, expected->first);
      EXPECT_EQ(found.global_size, expected->global_size);
    }
    EXPECT_FALSE(source.next().has_value());
  }

  Dataset data_ = testing::tiny_dataset(40);
  std::shared_ptr<Allocator> host_ = make_host_allocator();
  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
};

TEST_F(DeviceBatchesTest, AreThoseOfTheHost) {
  for (DType dtype : {DType::f32, DType::f64})
    for (Augmentation augmentation : {Augmentation::none, Augmentation::standard})
      for (bool mirrorable : {true, false}) {
        data_.mirrorable = mirrorable;
        PixelOptions options{.augmentation = augmentation, .seed = 5, .dtype = dtype};
        DeviceBatches batches(*backend_, upload(*backend_, data_.train), data_, options);
        for (std::int64_t epoch : {1, 2}) {
          options.epoch = epoch;
          expect_same(batches, plan(0, 0, 1), options);
        }
      }
}

TEST_F(DeviceBatchesTest, AreARanksShareFromTheMidstOfAnEpochOn) {
  PixelOptions options{.augmentation = Augmentation::standard, .seed = 5, .epoch = 4};
  DeviceBatches batches(*backend_, upload(*backend_, data_.train), data_, options);
  for (int rank = 0; rank < 3; ++rank) expect_same(batches, plan(2, rank, 3), options);
  // Of the last batch's 4 samples some of 7 ranks have none.
  for (int rank = 0; rank < 7; ++rank) expect_same(batches, plan(0, rank, 7), options);
}

TEST_F(DeviceBatchesTest, OfOneSizeLieInTheSameMemory) {
  DeviceBatches batches(*backend_, upload(*backend_, data_.train), data_, {});
  batches.start(plan(0, 0, 1), 1);
  batches.next();
  Tensor first = batches.make().sample_ids;
  batches.next();
  EXPECT_EQ(batches.make().sample_ids.raw(), first.raw());
  batches.start(plan(0, 0, 1), 2);
  batches.next();
  EXPECT_EQ(batches.make().sample_ids.raw(), first.raw());
}

TEST_F(DeviceBatchesTest, RefuseSamplesThatAreNotThere) {
  DeviceBatches batches(*backend_, upload(*backend_, data_.train), data_, {});
  for (std::int64_t sample : {-1, 40}) {
    std::string text = testing::error_text(ExitCode::run_failed, [&] {
      batches.start({.order = {0, sample}}, 1);
    });
    EXPECT_TRUE(testing::contains(text, "it holds 40 images"));
  }
}

}  // namespace
}  // namespace switchyard
