#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/file.hpp"
#include "data/cifar.hpp"
#include "data/synthetic/figures.hpp"
#include "data/synthetic/synthesize.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::TempFolder;

const SyntheticSpec kSmall{.seed = 42, .train = 100, .test = 30};

std::uint32_t checksum(const fs::path& file) {
  const auto bytes = read_file(file);
  return crc32(std::as_bytes(std::span(bytes)));
}

// Pinned: what a seed means may not change without a new generator number.
TEST(Synthetic, TheSeedDeterminesEveryByte) {
  const TempFolder folder;
  synthesize(kSmall, folder / "set");
  EXPECT_EQ(checksum(folder / "set/data_batch_1.bin"), 4121737739u);
  EXPECT_EQ(checksum(folder / "set/data_batch_5.bin"), 107806086u);
  EXPECT_EQ(checksum(folder / "set/test_batch.bin"), 2377566767u);
  synthesize({.seed = 43, .train = 100, .test = 30}, folder / "other");
  EXPECT_NE(checksum(folder / "other/data_batch_1.bin"), checksum(folder / "set/data_batch_1.bin"));
}

TEST(Synthetic, AnImageDoesNotDependOnHowManyThereAre) {
  const TempFolder folder;
  synthesize(kSmall, folder / "set");
  synthesize({.seed = 42, .train = 50, .test = 3}, folder / "less");
  EXPECT_EQ(
      read_file(folder / "set/data_batch_1.bin"),
      read_file(folder / "less/data_batch_1.bin") + read_file(folder / "less/data_batch_2.bin"));
  EXPECT_TRUE(read_file(folder / "set/test_batch.bin")
                  .starts_with(read_file(folder / "less/test_batch.bin")));
}

TEST(Synthetic, LoadsWithBalancedClasses) {
  const TempFolder folder;
  synthesize(kSmall, folder / "set/");
  EXPECT_EQ(read_synthetic_spec(folder / "set"), kSmall);
  const auto data = load_dataset(folder / "set");
  EXPECT_EQ(data.name, "synthetic");
  EXPECT_EQ(data.class_names[9], "checker");
  EXPECT_EQ(data.train.size(), 100);
  EXPECT_EQ(data.test.size(), 30);
  for (int label = 0; label < kFigures; ++label) {
    EXPECT_EQ(std::ranges::count(data.train.labels, label), 10);
    EXPECT_EQ(std::ranges::count(data.test.labels, label), 3);
  }
  EXPECT_FALSE(
      std::equal(data.test.pixels.begin(), data.test.pixels.end(), data.train.pixels.begin()))
      << "train and test must not share images";
}

TEST(Synthetic, IsStrictAboutItsOwnCounts) {
  const TempFolder folder;
  synthesize(kSmall, folder / "set");
  fs::resize_file(folder / "set/data_batch_2.bin", 3073 * 19);
  EXPECT_NE(error_text(ExitCode::bad_data, [&] { load_dataset(folder / "set"); })
                .find("data_batch_2.bin' is truncated: it ends at byte 58387 (expected 61460"),
            std::string::npos);
  const auto refusal = [&](const std::string& json) {
    write_file(folder / "set" / kSyntheticSpecFile, json);
    return error_text(ExitCode::bad_data, [&] { load_dataset(folder / "set"); });
  };
  EXPECT_NE(refusal("{").find("does not describe a synthetic set"), std::string::npos);
  EXPECT_NE(refusal(R"({"generator": 1, "seed": 1, "train": 100})").find("'test'"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"generator": 9, "seed": 1, "train": 100, "test": 1})")
                .find("is of generator 9 (expected 1)"),
            std::string::npos);
}

TEST(Synthetic, RefusesUnevenCountsAndOccupiedFolders) {
  const TempFolder folder;
  const auto refusal = [&](const SyntheticSpec& spec, const fs::path& out) {
    return error_text(ExitCode::bad_usage, [&] { synthesize(spec, out); });
  };
  EXPECT_NE(refusal({.seed = 1, .train = 12, .test = 1}, folder / "a").find("multiple of 5"),
            std::string::npos);
  EXPECT_NE(refusal({.seed = 1, .train = 10, .test = 0}, folder / "a").find("0 test images"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "a"));
  write_file(folder / "precious", "");
  EXPECT_NE(refusal(kSmall, folder.path()).find("exists already"), std::string::npos);
}

/// Share of the square [-1, 1]^2 that the figure covers, on a grid of 400 x 400 points.
double area(Figure figure) {
  constexpr int kPoints = 400;
  int hits = 0;
  for (int i = 0; i < kPoints; ++i)
    for (int j = 0; j < kPoints; ++j)
      hits += contains(figure, (2 * j + 1.0) / kPoints - 1, (2 * i + 1.0) / kPoints - 1);
  return 4.0 * hits / (kPoints * kPoints);
}

// Areas in closed form: circles, inscribed polygons, ten triangles of the star, two arms.
TEST(Figures, HaveTheirAreas) {
  const double pi = std::acos(-1.0);
  EXPECT_NEAR(area(Figure::disc), pi * .85 * .85, .01);
  EXPECT_NEAR(area(Figure::ring), pi * (1 - .55 * .55), .01);
  EXPECT_NEAR(area(Figure::square), 2, .01);
  EXPECT_NEAR(area(Figure::triangle), 3 * std::sqrt(3.0) / 4, .01);
  EXPECT_NEAR(area(Figure::star), 10 * .5 * .4 * std::sin(pi / 5), .01);
  EXPECT_NEAR(area(Figure::cross), 2 * 1.9 * .6 - .36, .02);
  for (auto striped : {Figure::horizontal_stripes, Figure::vertical_stripes,
                       Figure::diagonal_stripes, Figure::checker})
    EXPECT_NEAR(area(striped), pi / 2, .1);
}

TEST(Figures, StripesRunTheirWay) {
  for (double t : {-.6, -.2, .1, .5}) {
    EXPECT_EQ(contains(Figure::horizontal_stripes, .3, t),
              contains(Figure::horizontal_stripes, -.5, t));
    EXPECT_EQ(contains(Figure::vertical_stripes, t, .3),
              contains(Figure::vertical_stripes, t, -.5));
    EXPECT_EQ(contains(Figure::diagonal_stripes, t + .2, -.2),
              contains(Figure::diagonal_stripes, t - .2, .2));
  }
}

}  // namespace
}  // namespace switchyard
