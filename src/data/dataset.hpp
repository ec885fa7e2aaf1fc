#pragma once
// Image classification data sets in memory: pixels as bytes, labels, and how to normalise them.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

/// Colour channels of every image: grey images are replicated, for the models take RGB.
inline constexpr int kChannels = 3;

/// Images of one size with their labels.
struct ImageSet {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> pixels;  ///< (N, height, width, kChannels), row-major
  std::vector<std::int32_t> labels;  ///< (N)

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t image_bytes() const { return height * width * kChannels; }
};

/// x -> (x - mean) / std a channel, for pixels x in [0, 1].
struct Normalisation {
  std::array<double, kChannels> mean;
  std::array<double, kChannels> std;
};

struct Dataset {
  std::string name;
  std::vector<std::string> class_names;
  Normalisation normalisation;
  bool mirrorable = true;  ///< a mirrored image keeps its class (digits do not)
  ImageSet train;          ///< the pool that train and validation are split from
  ImageSet test;

  int classes() const { return static_cast<int>(class_names.size()); }
};

/// How a data set lies on disk.
enum class DatasetKind {
  detect,     ///< by the names of the files
  cifar10,    ///< data_batch_{1..5}.bin, test_batch.bin of 10,000 records each
  cifar100,   ///< train.bin (50,000 records), test.bin (10,000); the fine labels are used
  mnist,      ///< idx files, plain or .gz; any counts, so that Fashion-MNIST works too
  synthetic,  ///< CIFAR-10 layout with the record counts of synthetic.json (synthetic/spec.hpp)
};

inline constexpr Choice<DatasetKind> dataset_kind_choices[] = {
    {DatasetKind::detect, "auto"},         {DatasetKind::cifar10, "cifar10"},
    {DatasetKind::cifar100, "cifar100"},   {DatasetKind::mnist, "mnist"},
    {DatasetKind::synthetic, "synthetic"},
};

/// Recognises the layout by its file names. A missing, empty or unknown folder is an Error
/// (bad_data).
DatasetKind detect_dataset_kind(const std::filesystem::path& folder);

/// Reads the whole data set. Missing, truncated, oversized or mislabelled files are an Error
/// (bad_data) that names file, byte offset, what was expected and found, and what to do.
Dataset load_dataset(const std::filesystem::path& folder, DatasetKind kind = DatasetKind::detect);

}  // namespace switchyard
