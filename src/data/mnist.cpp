#include "data/mnist.hpp"

#include "base/error.hpp"
#include "data/files.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr int kClasses = 10;
constexpr std::uint32_t kLabelsMagic = 0x0801;  // unsigned bytes, one dimension
constexpr std::uint32_t kImagesMagic = 0x0803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLargestSide = 1024;

std::string advice(const fs::path& file) {
  return fetch_again("mnist", file.parent_path());
}

fs::path find_file(const fs::path& folder, const std::string& stem, const std::string& type) {
  for (const char* separator : {"-", "."})
    for (const char* end : {"", ".gz"}) {
      fs::path file = folder / (stem + separator + type + end);
      if (fs::exists(file)) return file;
    }
  fail(ExitCode::bad_data, fmt::format("'{}' is missing (also as .gz); run `launch/fetch-data "
                                       "mnist` or copy it there",
                                       (folder / (stem + "-" + type)).string()));
}

/// An idx file: its dimensions and where its elements begin.
struct Idx {
  fs::path file;
  std::vector<std::uint8_t> bytes;

  std::uint32_t word(std::size_t offset) const {
    return std::uint32_t{bytes[offset]} << 24 | std::uint32_t{bytes[offset + 1]} << 16 |
           std::uint32_t{bytes[offset + 2]} << 8 | std::uint32_t{bytes[offset + 3]};
  }
};

Idx open_idx(const fs::path& file, std::uint32_t magic, std::size_t header) {
  Idx idx{file, read_bytes(file, advice(file))};
  SY_REQUIRE(idx.bytes.size() >= header, ExitCode::bad_data,
             "'{}' is truncated: it ends at byte {} (expected a header of {} bytes); {}",
             file.string(), idx.bytes.size(), header, advice(file));
  SY_REQUIRE(idx.word(0) == magic, ExitCode::bad_data,
             "'{}' has {:#010x} at byte 0 (expected {:#010x}, the mark of an idx file of {}); {}",
             file.string(), idx.word(0), magic, magic == kImagesMagic ? "images" : "labels",
             advice(file));
  return idx;
}

std::vector<std::int32_t> read_labels(const fs::path& file) {
  constexpr std::size_t kHeader = 8;
  const auto idx = open_idx(file, kLabelsMagic, kHeader);
  const auto count = idx.word(4);
  require_size(file, idx.bytes.size(), kHeader + count, fmt::format("8 and {} labels", count),
               advice(file));
  for (std::size_t at = kHeader; at < idx.bytes.size(); ++at)
    require_label(file, idx.bytes[at], kClasses, at, advice(file));
  return {idx.bytes.begin() + kHeader, idx.bytes.end()};
}

void require_side(const Idx& idx, std::size_t offset) {
  const auto side = idx.word(offset);
  SY_REQUIRE(side >= 1 && side <= kLargestSide, ExitCode::bad_data,
             "'{}' has image side {} at byte {} (expected 1 to {}); {}", idx.file.string(), side,
             offset, kLargestSide, advice(idx.file));
}

ImageSet read_images(const fs::path& file) {
  constexpr std::size_t kHeader = 16;
  const auto idx = open_idx(file, kImagesMagic, kHeader);
  require_side(idx, 8);
  require_side(idx, 12);
  const std::size_t count = idx.word(4), height = idx.word(8), width = idx.word(12);
  require_size(file, idx.bytes.size(), kHeader + count * height * width,
               fmt::format("16 and {} images of {} x {}", count, height, width), advice(file));
  ImageSet images{.height = static_cast<std::int64_t>(height),
                  .width = static_cast<std::int64_t>(width),
                  .pixels = {},
                  .labels = {}};
  images.pixels.reserve(count * height * width * kChannels);
  for (std::size_t at = kHeader; at < idx.bytes.size(); ++at)
    images.pixels.insert(images.pixels.end(), kChannels, idx.bytes[at]);
  return images;
}

ImageSet load_part(const fs::path& folder, const std::string& part) {
  const auto images_file = find_file(folder, part + "-images", "idx3-ubyte");
  const auto labels_file = find_file(folder, part + "-labels", "idx1-ubyte");
  auto images = read_images(images_file);
  images.labels = read_labels(labels_file);
  const auto count = static_cast<std::int64_t>(images.pixels.size()) / images.image_bytes();
  SY_REQUIRE(images.size() == count, ExitCode::bad_data,
             "'{}' has {} labels at byte 4 (expected {}, the images of '{}'); {}",
             labels_file.string(), images.size(), count, images_file.string(), advice(labels_file));
  return images;
}

}  // namespace

Dataset load_mnist(const fs::path& folder) {
  Dataset dataset{.name = "mnist",
                  .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                  .normalisation = {{.1307, .1307, .1307}, {.3081, .3081, .3081}},
                  .mirrorable = false,
                  .train = load_part(folder, "train"),
                  .test = load_part(folder, "t10k")};
  SY_REQUIRE(
      dataset.train.height == dataset.test.height && dataset.train.width == dataset.test.width,
      ExitCode::bad_data,
      "'{}' has test images of {} x {} (expected {} x {}, as its training images); {}",
      folder.string(), dataset.test.height, dataset.test.width, dataset.train.height,
      dataset.train.width, fetch_again("mnist", folder));
  return dataset;
}

}  // namespace switchyard
