#include "train/checkpoint/folders.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/file.hpp"
#include "train/checkpoint/manifest.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kStepPrefix = "step-";
constexpr std::string_view kUnfinishedPrefix = ".tmp-";
constexpr std::string_view kReplacedPrefix = ".old-";

std::string step_name(std::int64_t step) {
  return fmt::format("{}{:06}", kStepPrefix, step);
}

// The step of "step-000123"; -1 for any other name.
std::int64_t parse_step(const std::string& name) {
  if (!name.starts_with(kStepPrefix)) return -1;
  std::int64_t step = -1;
  const char* end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data() + kStepPrefix.size(), end, step);
  return error == std::errc() && stop == end && name == step_name(step) ? step : -1;
}

// The best step that a checkpoint names; its own where it names none or cannot be read.
std::int64_t named_best(const fs::path& folder, std::int64_t step) {
  try {
    return read_manifest(folder).best_step.value_or(step);
  } catch (const Error&) {
    return step;
  }
}

void create_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  SY_REQUIRE(!error, ExitCode::run_failed,
             "cannot create {} ({}); check the permissions or choose another run folder",
             path.string(), error.message());
}

}  // namespace

CheckpointFolders::CheckpointFolders(const fs::path& run_folder)
    : path_(run_folder / "checkpoints") {}

fs::path CheckpointFolders::step(std::int64_t step) const {
  return path_ / step_name(step);
}

fs::path CheckpointFolders::unfinished(std::int64_t step) const {
  return path_ / fmt::format("{}{}", kUnfinishedPrefix, step_name(step));
}

std::vector<std::int64_t> CheckpointFolders::steps() const {
  std::vector<std::int64_t> steps;
  if (!fs::is_directory(path_)) return steps;
  for (const auto& entry : fs::directory_iterator(path_))
    if (std::int64_t step = parse_step(entry.path().filename()); step >= 0) steps.push_back(step);
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

void CheckpointFolders::prepare() const {
  create_folder(path_);
  std::vector<fs::path> entries(fs::directory_iterator(path_), {});
  for (const fs::path& entry : entries) {
    std::string name = entry.filename();
    fs::path original = path_ / name.substr(std::min(kReplacedPrefix.size(), name.size()));
    if (name.starts_with(kReplacedPrefix) && !fs::exists(original))
      rename_path(entry, original);
    else if (name.starts_with(kUnfinishedPrefix) || name.starts_with(kReplacedPrefix))
      fs::remove_all(entry);
  }
}

void CheckpointFolders::begin(std::int64_t step) const {
  fs::remove_all(unfinished(step));
  create_folder(unfinished(step));
}

void CheckpointFolders::publish(std::int64_t number) const {
  fs::path final = step(number);
  fs::path replaced = path_ / fmt::format("{}{}", kReplacedPrefix, step_name(number));
  if (fs::exists(final)) rename_path(final, replaced);
  rename_path(unfinished(number), final);
  fs::remove_all(replaced);
}

void CheckpointFolders::point_best(std::int64_t step) const {
  fs::path link = path_ / fmt::format("{}best", kUnfinishedPrefix);
  fs::remove(link);
  fs::create_directory_symlink(step_name(step), link);
  rename_path(link, path_ / "best");
}

void CheckpointFolders::prune(std::int64_t newest, int keep) const {
  std::vector<std::int64_t> all = steps();
  std::erase_if(all, [&](std::int64_t step) { return step > newest; });
  std::set<std::int64_t> kept;
  for (std::int64_t step : all) {
    if (keep-- <= 0) break;
    kept.insert(step);
    kept.insert(named_best(this->step(step), step));
  }
  for (std::int64_t step : all)
    if (!kept.contains(step)) fs::remove_all(this->step(step));
}

}  // namespace switchyard
