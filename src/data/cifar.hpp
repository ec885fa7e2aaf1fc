#pragma once
// The CIFAR binary layout (https://www.cs.toronto.edu/~kriz/cifar.html): records of label bytes
// followed by 32 x 32 pixels, all of red first, then green, then blue.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace switchyard {

inline constexpr int kCifarSide = 32;
inline constexpr int kCifarTrainFiles = 5;

/// The part of a record before its pixels.
struct CifarRecord {
  int label_bytes;     ///< 1 in CIFAR-10; 2 in CIFAR-100, coarse then fine
  int classes;         ///< the last label byte must be below
  std::string advice;  ///< what to do about a bad file
};

/// Appends `records` records of `file` to `images`; the file must hold exactly that many.
void append_cifar_file(const std::filesystem::path& file, const CifarRecord& record,
                       std::int64_t records, ImageSet& images);

/// Five train files and a test file of so many records each, and batches.meta.txt if there.
struct CifarCounts {
  std::int64_t per_train_file;
  std::int64_t test;
};
Dataset load_cifar10_layout(const std::filesystem::path& folder, const CifarCounts& counts,
                            const std::string& advice);

Dataset load_cifar10(const std::filesystem::path& folder);
Dataset load_cifar100(const std::filesystem::path& folder);

/// The file of training images number i, 0..4: data_batch_{1..5}.bin.
std::string cifar10_train_file(int i);
inline constexpr const char* kCifar10TestFile = "test_batch.bin";
inline constexpr const char* kCifar10NamesFile = "batches.meta.txt";

}  // namespace switchyard
