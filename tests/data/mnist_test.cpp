#include "data/mnist.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::TempFolder;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string idx_labels(const std::string& labels) {
  return big_endian(0x801) + big_endian(labels.size()) + labels;
}

/// Images of 2 x 3.
std::string idx_images(const std::string& pixels) {
  return big_endian(0x803) + big_endian(pixels.size() / 6) + big_endian(2) + big_endian(3) + pixels;
}

void write_gzip(const fs::path& file, const std::string& text) {
  gzFile out = gzopen(file.c_str(), "wb");
  ASSERT_NE(out, nullptr);
  ASSERT_EQ(gzwrite(out, text.data(), text.size()), static_cast<int>(text.size()));
  ASSERT_EQ(gzclose(out), Z_OK);
}

/// Two training images and one test image, in each of the four spellings of file names.
class MnistTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_file(folder_ / "train-images-idx3-ubyte", idx_images("abcdefghijkl"));
    write_gzip(folder_ / "train-labels-idx1-ubyte.gz", idx_labels("\x07\x02"));
    write_file(folder_ / "t10k-images.idx3-ubyte", idx_images("mnopqr"));
    write_gzip(folder_ / "t10k-labels.idx1-ubyte.gz", idx_labels("\x09"));
  }

  std::string error_with(const std::string& name, const std::string& contents) {
    write_file(folder_ / name, contents);
    return error();
  }
  std::string error() {
    return error_text(ExitCode::bad_data, [&] { load_dataset(folder_.path()); });
  }

  TempFolder folder_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(MnistTest, ReadsEverySpellingAndReplicatesGrey) {
  const auto data = load_dataset(folder_.path());
  EXPECT_EQ(data.name, "mnist");
  EXPECT_FALSE(data.mirrorable);
  EXPECT_EQ(data.train.height, 2);
  EXPECT_EQ(data.train.width, 3);
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{7, 2}));
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{9}));
  EXPECT_EQ(std::string(data.test.pixels.begin(), data.test.pixels.end()), "mmmnnnooopppqqqrrr");
}

TEST_F(MnistTest, RefusesBadImages) {
  const std::string name = "train-images-idx3-ubyte";
  EXPECT_TRUE(has(error_with(name, idx_images("abcdefghijkl").substr(0, 20)),
                  "ends at byte 20 (expected 28 bytes, 16 and 2 images of 2 x 3)"));
  EXPECT_TRUE(has(error_with(name, idx_images("abcdefghijkl") + "?"), "has 1 bytes more"));
  EXPECT_TRUE(has(error_with(name, "abc"), "ends at byte 3 (expected a header of 16 bytes)"));
  EXPECT_TRUE(has(error_with(name, idx_labels("12345678")), "0x00000801 at byte 0"));
  EXPECT_TRUE(has(
      error_with(name, big_endian(0x803) + big_endian(1) + big_endian(0xffffffff) + big_endian(3)),
      "image side 4294967295 at byte 8"));
}

TEST_F(MnistTest, RefusesBadLabels) {
  const std::string name = "train-labels-idx1-ubyte";
  EXPECT_TRUE(
      has(error_with(name, idx_labels("\x07\x0b")), "label 11 at byte 9 (expected 0 to 9)"));
  EXPECT_TRUE(has(error_with(name, idx_labels("\x07")), "has 1 labels at byte 4 (expected 2"));
}

TEST_F(MnistTest, RefusesTestImagesOfAnotherSize) {
  const auto narrow = big_endian(0x803) + big_endian(1) + big_endian(2) + big_endian(2) + "mnop";
  EXPECT_TRUE(has(error_with("t10k-images-idx3-ubyte", narrow), "test images of 2 x 2"));
}

TEST_F(MnistTest, RefusesAGzipFileCutShort) {
  const auto file = folder_ / "train-labels-idx1-ubyte.gz";
  fs::resize_file(file, fs::file_size(file) - 9);
  EXPECT_TRUE(has(error(), "train-labels-idx1-ubyte.gz' is not a whole gzip file"));
}

TEST_F(MnistTest, NamesTheMissingFile) {
  fs::remove(folder_ / "t10k-images.idx3-ubyte");
  EXPECT_TRUE(has(error(), "t10k-images-idx3-ubyte' is missing"));
}

}  // namespace
}  // namespace switchyard
