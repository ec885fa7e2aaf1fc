// Random numbers and batches of a data set. Sample ids lie on the device and are not checked here.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/random_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

void expect_ids(const Tensor& sample_ids) {
  ref::expect_rank(sample_ids, "the sample ids", 1);
  ref::expect(sample_ids, "the sample ids", sample_ids.shape(), DType::i64);
}

RandomRows rows_of(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                   std::int64_t first_column) {
  expect_ids(sample_ids);
  ref::expect(key.step, "the step of the random numbers", {1}, DType::i64);
  return {.seed = key.seed,
          .purpose = key.purpose,
          .step = key.step.data<std::int64_t>(),
          .sample_ids = sample_ids.data<std::int64_t>(),
          .rows = sample_ids.dim(0),
          .columns = columns,
          .first_column = static_cast<std::uint32_t>(first_column)};
}

}  // namespace

Tensor CudaBackend::random_normal(const RandomKey& key, const Tensor& sample_ids,
                                  std::int64_t columns, DType dtype) {
  const RandomRows keys = rows_of(key, sample_ids, columns, 0);
  Tensor y = empty({keys.rows, columns}, dtype);
  dispatch_compute(dtype, [&]<class T>() { launch_random_normal(keys, y.data<T>(), stream()); });
  return y;
}

Tensor CudaBackend::dropout_mask(const RandomKey& key, const Tensor& sample_ids,
                                 std::int64_t columns, std::int64_t first_column, double p,
                                 DType dtype) {
  SY_REQUIRE(0 <= p && p < 1, ExitCode::run_failed,
             "cannot drop with probability {} (expected 0 <= p < 1)", p);
  const RandomRows keys = rows_of(key, sample_ids, columns, first_column);
  Tensor y = empty({keys.rows, columns}, dtype);
  dispatch_compute(dtype, [&]<class T>() { launch_dropout_mask(keys, p, y.data<T>(), stream()); });
  return y;
}

Tensor CudaBackend::make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                                const ImageSpec& spec, DType dtype) {
  ref::expect_rank(pixels, "the pixels", 4);
  ref::expect(pixels, "the pixels", {pixels.dim(0), pixels.dim(1), pixels.dim(2), 3}, DType::u8);
  ref::expect(epoch, "the epoch", {1}, DType::i64);
  expect_ids(sample_ids);
  const ImageBatch batch{.pixels = pixels.data<std::uint8_t>(),
                         .sample_ids = sample_ids.data<std::int64_t>(),
                         .epoch = epoch.data<std::int64_t>(),
                         .images = sample_ids.dim(0),
                         .height = static_cast<std::int32_t>(pixels.dim(1)),
                         .width = static_cast<std::int32_t>(pixels.dim(2)),
                         .crop = spec.crop,
                         .mirror = spec.mirror,
                         .seed = spec.seed,
                         .mean = spec.mean,
                         .std = spec.std};
  Tensor y = empty({batch.images, pixels.dim(1), pixels.dim(2), 3}, dtype);
  dispatch_compute(dtype, [&]<class T>() { launch_make_images(batch, y.data<T>(), stream()); });
  return y;
}

Tensor CudaBackend::look_up(const Tensor& labels, const Tensor& sample_ids) {
  ref::expect_rank(labels, "the labels", 1);
  ref::expect(labels, "the labels", labels.shape(), DType::i32);
  expect_ids(sample_ids);
  Tensor y = empty({sample_ids.dim(0)}, DType::i32);
  launch_look_up(labels.data<std::int32_t>(), sample_ids.data<std::int64_t>(),
                 y.data<std::int32_t>(), y.numel(), stream());
  return y;
}

}  // namespace switchyard
