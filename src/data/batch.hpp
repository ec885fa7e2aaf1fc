#pragma once
// From sample indices to tensors: look up, augment, normalise.

#include <cstdint>
#include <span>

#include "base/config/field.hpp"
#include "data/dataset.hpp"
#include "device/tensor.hpp"

namespace switchyard {

enum class Augmentation {
  none,
  standard,  ///< random crop of the image padded by 4 black pixels; mirrored half of the time
};

inline constexpr Choice<Augmentation> augmentation_choices[] = {
    {Augmentation::none, "none"},
    {Augmentation::standard, "standard"},
};

/// One rank's share of a global batch.
struct Batch {
  Tensor images;      ///< (n, H, W, 3), normalised
  Tensor labels;      ///< (n) i32
  Tensor sample_ids;  ///< (n) i64: index in the data set, the key of every per-sample random number
  std::int64_t first = 0;        ///< position of this share's first sample in the global batch
  std::int64_t global_size = 0;  ///< samples over all ranks

  std::int64_t size() const { return sample_ids.dim(0); }
};

struct PixelOptions {
  Augmentation augmentation = Augmentation::none;
  std::uint64_t seed = 0;    ///< of the augmentation
  std::int64_t epoch = 0;    ///< each epoch augments anew
  DType dtype = DType::f32;  ///< f32 or f64; bf16 too on a CUDA device
};

/// Makes images, labels and sample_ids of these samples. Augmentation is keyed by (seed, epoch,
/// sample index): it does not depend on the batch or rank a sample falls in. Crops are taken before
/// normalisation, so padding is black, not mean grey. `data` decides on mirroring and
/// normalisation, `images` is one of its parts. An index outside `images` is an Error (run_failed).
Batch make_batch(const Dataset& data, const ImageSet& images, std::span<const std::int64_t> samples,
                 const PixelOptions& options, Allocator& allocator);

}  // namespace switchyard
