#include "data/dataset.hpp"

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "data/cifar.hpp"
#include "data/mnist.hpp"
#include "data/synthetic/spec.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHowToGetData =
    "`launch/fetch-data cifar10|cifar100|mnist` downloads a data set, `switchyard data synth` "
    "makes one";

std::optional<DatasetKind> kind_of_file(std::string_view name) {
  if (name == kSyntheticSpecFile) return DatasetKind::synthetic;
  if (name == "train.bin" || name == "test.bin") return DatasetKind::cifar100;
  if (name.ends_with(".bin") && (name.starts_with("data_batch_") || name == "test_batch.bin"))
    return DatasetKind::cifar10;
  for (std::string_view start : {"train-images", "train-labels", "t10k-images", "t10k-labels"})
    if (name.starts_with(start)) return DatasetKind::mnist;
  return std::nullopt;
}

void require_folder(const fs::path& folder) {
  SY_REQUIRE(fs::exists(folder), ExitCode::bad_data, "data folder '{}' does not exist; {}",
             folder.string(), kHowToGetData);
  SY_REQUIRE(
      fs::is_directory(folder), ExitCode::bad_data,
      "'{}' is a file (expected the folder that holds the data set's files); give the folder",
      folder.string());
  SY_REQUIRE(!fs::is_empty(folder), ExitCode::bad_data, "data folder '{}' is empty; {}",
             folder.string(), kHowToGetData);
}

}  // namespace

DatasetKind detect_dataset_kind(const fs::path& folder) {
  require_folder(folder);
  std::optional<DatasetKind> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    auto kind = kind_of_file(entry.path().filename().string());
    if (!kind || kind == found) continue;
    // A synthetic set is its spec beside files named like CIFAR-10's.
    if (kind == DatasetKind::cifar10 && found == DatasetKind::synthetic) continue;
    bool refines = kind == DatasetKind::synthetic && found == DatasetKind::cifar10;
    SY_REQUIRE(!found || refines, ExitCode::bad_data,
               "data folder '{}' holds files of two data sets ({} and {}); keep one a folder, or "
               "name the kind",
               folder.string(), name_of(*found, dataset_kind_choices),
               name_of(*kind, dataset_kind_choices));
    found = kind;
  }
  SY_REQUIRE(found, ExitCode::bad_data,
             "data folder '{}' holds no known data set (expected data_batch_1.bin, train.bin or "
             "train-images-idx3-ubyte[.gz] in it, not in a folder below); {}",
             folder.string(), kHowToGetData);
  return *found;
}

Dataset load_dataset(const fs::path& folder, DatasetKind kind) {
  require_folder(folder);
  switch (kind == DatasetKind::detect ? detect_dataset_kind(folder) : kind) {
    case DatasetKind::cifar10:
      return load_cifar10(folder);
    case DatasetKind::cifar100:
      return load_cifar100(folder);
    case DatasetKind::mnist:
      return load_mnist(folder);
    case DatasetKind::synthetic:
      return load_synthetic(folder);
    case DatasetKind::detect:
      break;
  }
  fail(ExitCode::run_failed, "unknown data set kind");
}

}  // namespace switchyard
