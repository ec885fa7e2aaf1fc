#include "apps/parity/fixture_files.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace switchyard::parity {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<const char*, FixtureKind> kinds[] = {
    {".model", FixtureKind::model}, {".eval", FixtureKind::eval},
    {".hvp", FixtureKind::hvp},     {".train", FixtureKind::train},
    {".sgd", FixtureKind::sgd},     {".spectrum", FixtureKind::spectrum},
    {"", FixtureKind::full}};

bool is_checkable(const fs::path& path) {
  FixtureKind kind = kind_of(path);
  return kind != FixtureKind::model && kind != FixtureKind::spectrum;
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& name_start) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (auto& entry : fs::directory_iterator(folder, failure))
    if (entry.path().extension() == ".safetensors" &&
        entry.path().filename().string().starts_with(name_start) && is_checkable(entry.path()))
      files.push_back(entry.path());
  SY_REQUIRE(!failure, ExitCode::bad_data, "the folder {} cannot be read ({}); check the path",
             folder.string(), failure.message());
  std::ranges::sort(files);
  return files;
}

std::vector<fs::path> files_of(const fs::path& path) {
  if (fs::is_directory(path)) return files_in(path, "");
  if (fs::exists(path)) return {path};
  fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  auto files = files_in(folder, path.filename().string() + ".");
  SY_REQUIRE(!files.empty(), ExitCode::bad_data,
             "{} is neither a folder, nor a file, nor a case (there is no {}.*.safetensors to "
             "check); check the path",
             path.string(), path.string());
  return files;
}

}  // namespace

FixtureKind kind_of(const fs::path& path) {
  std::string part = path.stem().extension();
  for (auto& [name, kind] : kinds)
    if (part == name) return kind;
  fail(ExitCode::bad_data,
       fmt::format("{} is of no known kind ('{}'); fixtures are named <case>.safetensors or "
                   "<case>.model|eval|hvp|train|sgd|spectrum.safetensors",
                   path.string(), part));
}

std::vector<fs::path> find_fixtures(const std::vector<fs::path>& paths) {
  std::vector<fs::path> found;
  for (const fs::path& path : paths)
    for (fs::path& file : files_of(path))
      if (is_checkable(file) && std::ranges::find(found, file) == found.end())
        found.push_back(std::move(file));
  return found;
}

}  // namespace switchyard::parity
