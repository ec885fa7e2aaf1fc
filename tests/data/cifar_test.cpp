#include "data/cifar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::TempFolder;

constexpr int kPlane = kCifarSide * kCifarSide;
const CifarRecord kTen{.label_bytes = 1, .classes = 10, .advice = "get it again"};

/// A record whose pixel p of channel c is (p + 100 c) % 256.
std::string record(const std::string& labels) {
  std::string bytes = labels;
  for (int c = 0; c < kChannels; ++c)
    for (int p = 0; p < kPlane; ++p) bytes += static_cast<char>((p + 100 * c) % 256);
  return bytes;
}

/// A file of zeros: as many records of class 0 as its size says, without their bytes on the disk.
void make_zeros(const fs::path& file, std::uintmax_t size) {
  write_file(file, "");
  fs::resize_file(file, size);
}

void make_cifar10_of_zeros(const fs::path& folder) {
  for (int i = 0; i < kCifarTrainFiles; ++i) make_zeros(folder / cifar10_train_file(i), 30730000);
  make_zeros(folder / kCifar10TestFile, 30730000);
}

std::string data_error(const fs::path& folder) {
  return error_text(ExitCode::bad_data, [&] { load_dataset(folder); });
}

TEST(Cifar, ReadsLabelsAndInterleavesColours) {
  const TempFolder folder;
  write_file(folder / "a.bin", record("\x03") + record("\x09"));
  ImageSet images{.height = kCifarSide, .width = kCifarSide, .pixels = {}, .labels = {}};
  append_cifar_file(folder / "a.bin", kTen, 2, images);
  EXPECT_EQ(images.labels, (std::vector<std::int32_t>{3, 9}));
  ASSERT_EQ(images.pixels.size(), 2u * 3072);
  for (int p = 0; p < kPlane; ++p)
    for (int c = 0; c < kChannels; ++c)
      ASSERT_EQ(images.pixels[3072 + p * kChannels + c], (p + 100 * c) % 256);
}

TEST(Cifar, TakesTheFineLabelOfTwo) {
  const TempFolder folder;
  write_file(folder / "a.bin", record(std::string{19, 99}));
  ImageSet images{.height = kCifarSide, .width = kCifarSide, .pixels = {}, .labels = {}};
  append_cifar_file(folder / "a.bin", {.label_bytes = 2, .classes = 100, .advice = ""}, 1, images);
  EXPECT_EQ(images.labels, (std::vector<std::int32_t>{99}));
}

TEST(Cifar, RefusesAFileByNameOffsetAndExpectation) {
  const TempFolder folder;
  const auto file = folder / "a.bin";
  ImageSet images;
  const auto read = [&] { append_cifar_file(file, kTen, 2, images); };
  const auto whole = record("\x01") + record("\x02");

  const auto expect = [&](const std::string& complaint) {
    EXPECT_EQ(error_text(ExitCode::bad_data, read),
              fmt::format("'{}' {}; get it again", file.string(), complaint));
  };
  expect("is missing");
  write_file(file, whole.substr(0, 5000));
  expect("is truncated: it ends at byte 5000 (expected 6146 bytes, 2 records of 3073 bytes)");
  write_file(file, whole + "xyz");
  expect("is too long: it should end at byte 6146 (2 records of 3073 bytes) and has 3 bytes more");
  write_file(file, record("\x01") + record("\x0a"));
  expect("has label 10 at byte 3073 (expected 0 to 9)");
}

TEST(Cifar, LoadsAWholeCifar10) {
  const TempFolder folder;
  make_cifar10_of_zeros(folder.path());
  write_file(folder / kCifar10NamesFile, "a\r\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  const auto data = load_dataset(folder.path());
  EXPECT_EQ(data.name, "cifar10");
  EXPECT_EQ(data.train.size(), 50000);
  EXPECT_EQ(data.test.size(), 10000);
  EXPECT_EQ(data.classes(), 10);
  EXPECT_EQ(data.class_names[0], "a");
  EXPECT_DOUBLE_EQ(data.normalisation.mean[2], .4465);

  write_file(folder / kCifar10NamesFile, "a\nb\n");
  EXPECT_NE(data_error(folder.path()).find("names 2 classes (expected 10"), std::string::npos);
  fs::remove(folder / kCifar10NamesFile);
  fs::resize_file(folder / "data_batch_4.bin", 30730000 - 1);
  EXPECT_NE(data_error(folder.path()).find("data_batch_4.bin' is truncated"), std::string::npos);
  fs::remove(folder / "data_batch_4.bin");
  EXPECT_NE(data_error(folder.path()).find("data_batch_4.bin' is missing"), std::string::npos);
}

TEST(Cifar, LoadsAWholeCifar100) {
  const TempFolder folder;
  make_zeros(folder / "train.bin", 50000 * 3074);
  make_zeros(folder / "test.bin", 10000 * 3074);
  const auto data = load_dataset(folder.path());
  EXPECT_EQ(data.name, "cifar100");
  EXPECT_EQ(data.train.size(), 50000);
  EXPECT_EQ(data.classes(), 100);
  fs::remove(folder / "test.bin");
  EXPECT_NE(data_error(folder.path()).find("test.bin' is missing"), std::string::npos);
}

TEST(Dataset, RefusesFoldersWithoutASet) {
  const TempFolder folder;
  EXPECT_NE(data_error(folder.path()).find("is empty; `launch/fetch-data"), std::string::npos);
  EXPECT_NE(data_error(folder / "nowhere").find("does not exist"), std::string::npos);
  write_file(folder / "notes.txt", "hello");
  EXPECT_NE(data_error(folder.path()).find("holds no known data set"), std::string::npos);
  EXPECT_NE(data_error(folder / "notes.txt").find("is a file"), std::string::npos);
}

TEST(Dataset, RefusesToGuessBetweenTwoSets) {
  const TempFolder folder;
  write_file(folder / "train.bin", "");
  write_file(folder / "data_batch_1.bin", "");
  const auto text = data_error(folder.path());
  EXPECT_NE(text.find("files of two data sets"), std::string::npos);
  EXPECT_NE(text.find("cifar100"), std::string::npos);
}

}  // namespace
}  // namespace switchyard
