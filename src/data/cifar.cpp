#include "data/cifar.hpp"

#include "base/error.hpp"
#include "data/files.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPlane = kCifarSide * kCifarSide;
constexpr std::int64_t kImageBytes = kPlane * kChannels;

const std::vector<std::string> kCifar10Classes = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

void append_interleaved(const std::uint8_t* planes, std::vector<std::uint8_t>& pixels) {
  pixels.resize(pixels.size() + kImageBytes);
  std::uint8_t* out = pixels.data() + pixels.size() - kImageBytes;
  for (std::int64_t i = 0; i < kPlane; ++i)
    for (int c = 0; c < kChannels; ++c) out[i * kChannels + c] = planes[c * kPlane + i];
}

ImageSet empty_set(std::int64_t records) {
  ImageSet images{.height = kCifarSide, .width = kCifarSide, .pixels = {}, .labels = {}};
  images.pixels.reserve(static_cast<std::size_t>(records * kImageBytes));
  images.labels.reserve(static_cast<std::size_t>(records));
  return images;
}

/// The names in `file`, or `fallback` where there is no such file.
std::vector<std::string> class_names(const fs::path& file, std::vector<std::string> fallback,
                                     const std::string& advice) {
  if (!fs::exists(file)) return fallback;
  auto names = read_lines(file, advice);
  SY_REQUIRE(names.size() == fallback.size(), ExitCode::bad_data,
             "'{}' names {} classes (expected {}, one a line); {}", file.string(), names.size(),
             fallback.size(), advice);
  return names;
}

}  // namespace

std::string cifar10_train_file(int i) {
  return fmt::format("data_batch_{}.bin", i + 1);
}

void append_cifar_file(const fs::path& file, const CifarRecord& record, std::int64_t records,
                       ImageSet& images) {
  const auto bytes = read_bytes(file, record.advice);
  const auto stride = static_cast<std::size_t>(record.label_bytes + kImageBytes);
  require_size(file, bytes.size(), static_cast<std::size_t>(records) * stride,
               fmt::format("{} records of {} bytes", records, stride), record.advice);
  for (std::size_t at = 0; at < bytes.size(); at += stride) {
    const auto label_at = at + static_cast<std::size_t>(record.label_bytes) - 1;
    require_label(file, bytes[label_at], record.classes, label_at, record.advice);
    images.labels.push_back(bytes[label_at]);
    append_interleaved(&bytes[label_at + 1], images.pixels);
  }
}

Dataset load_cifar10_layout(const fs::path& folder, const CifarCounts& counts,
                            const std::string& advice) {
  const CifarRecord record{.label_bytes = 1, .classes = 10, .advice = advice};
  Dataset dataset{.name = "cifar10",
                  .class_names = class_names(folder / kCifar10NamesFile, kCifar10Classes, advice),
                  .normalisation = {{.4914, .4822, .4465}, {.2470, .2435, .2616}},
                  .train = empty_set(kCifarTrainFiles * counts.per_train_file),
                  .test = empty_set(counts.test)};
  for (int i = 0; i < kCifarTrainFiles; ++i)
    append_cifar_file(folder / cifar10_train_file(i), record, counts.per_train_file, dataset.train);
  append_cifar_file(folder / kCifar10TestFile, record, counts.test, dataset.test);
  return dataset;
}

Dataset load_cifar10(const fs::path& folder) {
  return load_cifar10_layout(folder, {.per_train_file = 10000, .test = 10000},
                             fetch_again("cifar10", folder));
}

Dataset load_cifar100(const fs::path& folder) {
  const CifarRecord record{
      .label_bytes = 2, .classes = 100, .advice = fetch_again("cifar100", folder)};
  std::vector<std::string> numbered;
  for (int i = 0; i < record.classes; ++i) numbered.push_back(fmt::format("class_{}", i));
  Dataset dataset{
      .name = "cifar100",
      .class_names = class_names(folder / "fine_label_names.txt", numbered, record.advice),
      .normalisation = {{.5071, .4865, .4409}, {.2673, .2564, .2762}},
      .train = empty_set(50000),
      .test = empty_set(10000)};
  append_cifar_file(folder / "train.bin", record, 50000, dataset.train);
  append_cifar_file(folder / "test.bin", record, 10000, dataset.test);
  return dataset;
}

}  // namespace switchyard
