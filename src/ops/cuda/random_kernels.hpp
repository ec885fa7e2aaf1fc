#pragma once
// Random numbers and batches of a data set, made on the device. T: float, double, BFloat16.

#include <cuda_runtime.h>

#include <array>
#include <cstdint>

#include "base/random.hpp"

namespace switchyard {

/// Keys of y (rows, columns): element (r, c) uses (sample_ids[r], first_column + c) of the stream.
struct RandomRows {
  std::uint64_t seed;
  RandomPurpose purpose;
  const std::int64_t* step;  ///< (1), device memory
  const std::int64_t* sample_ids;
  std::int64_t rows;
  std::int64_t columns;
  std::uint32_t first_column;
};

/// Standard normal numbers.
template <class T>
void launch_random_normal(const RandomRows& keys, T* y, cudaStream_t stream);

/// 0 with probability p, else 1 / (1 - p).
template <class T>
void launch_dropout_mask(const RandomRows& keys, double p, T* y, cudaStream_t stream);

/// Images (height, width, 3) of a data set and how a batch is made of them; see ImageSpec.
struct ImageBatch {
  const std::uint8_t* pixels;
  const std::int64_t* sample_ids;
  const std::int64_t* epoch;  ///< (1), device memory
  std::int64_t images;
  std::int32_t height, width;
  bool crop, mirror;
  std::uint64_t seed;
  std::array<double, 3> mean, std;
};

/// y (images, height, width, 3): (byte / 255 - mean) / std in Compute<T>.
template <class T>
void launch_make_images(const ImageBatch& batch, T* y, cudaStream_t stream);

/// y[i] = labels[sample_ids[i]] for i in [0, n).
void launch_look_up(const std::int32_t* labels, const std::int64_t* sample_ids, std::int32_t* y,
                    std::int64_t n, cudaStream_t stream);

}  // namespace switchyard
