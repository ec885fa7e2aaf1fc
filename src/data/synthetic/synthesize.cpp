#include "data/synthetic/synthesize.hpp"

#include <unistd.h>

#include <span>
#include <string>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "data/cifar.hpp"
#include "data/synthetic/scene.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRecordBytes = 1 + kChannels * kCifarSide * kCifarSide;

/// Images [begin, begin + count) of a part, as records of label and planes.
std::string draw_records(const RandomStream& random, std::int64_t begin, std::int64_t count) {
  std::string records(static_cast<std::size_t>(count * kRecordBytes), '\0');
  auto* bytes = reinterpret_cast<std::uint8_t*>(records.data());
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    const auto image = static_cast<std::uint64_t>(begin + i);
    const auto label = static_cast<std::uint8_t>(image % kFigures);
    const std::span record(bytes + i * kRecordBytes, kRecordBytes);
    record[0] = label;
    render(draw_scene(Figure{label}, random, image), random, image, record.subspan(1));
  }
  return records;
}

std::string class_names() {
  std::string text;
  for (auto name : kFigureNames) text.append(name).append("\n");
  return text;
}

void write_set(const SyntheticSpec& spec, const fs::path& folder) {
  const RandomStream train(spec.seed, RandomPurpose::synthetic_data, 0);
  const RandomStream test(spec.seed, RandomPurpose::synthetic_data, 1);
  const auto per_file = spec.train / kCifarTrainFiles;
  for (int i = 0; i < kCifarTrainFiles; ++i)
    write_file(folder / cifar10_train_file(i), draw_records(train, i * per_file, per_file));
  write_file(folder / kCifar10TestFile, draw_records(test, 0, spec.test));
  write_file(folder / kCifar10NamesFile, class_names());
  write_synthetic_spec(spec, folder);
}

/// A folder in the making: gone at the end, unless it was renamed.
struct PartialFolder {
  fs::path path;
  ~PartialFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

void synthesize(const SyntheticSpec& spec, const fs::path& folder) {
  check_counts(spec, ExitCode::bad_usage, "synthetic set");
  SY_REQUIRE(!fs::exists(folder) || fs::is_empty(folder), ExitCode::bad_usage,
             "'{}' exists already; remove it or choose another folder", folder.string());
  const auto target = fs::absolute(folder).lexically_normal();
  const auto whole = target.has_filename() ? target : target.parent_path();
  const PartialFolder partial{whole.string() + fmt::format(".partial.{}", ::getpid())};
  try {
    fs::create_directories(partial.path);
    write_set(spec, partial.path);
    fs::rename(partial.path, whole);
  } catch (const fs::filesystem_error& error) {
    fail(ExitCode::run_failed, fmt::format("cannot make '{}' ({}); check the path and its rights",
                                           folder.string(), error.what()));
  }
}

}  // namespace switchyard
