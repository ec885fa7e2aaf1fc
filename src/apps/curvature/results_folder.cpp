#include "apps/curvature/results_folder.hpp"

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "train/agreement.hpp"
#include "train/checkpoint/manifest.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

// Numbers are printed so that they are read to the bit: the state is printed the same again.
bool is_intact(const std::string& text) {
  const Json document = Json::parse(text, nullptr, false);
  return document.is_object() && document.contains("crc32") && document.contains("state") &&
         document.at("crc32") == text_crc(document.at("state").dump());
}

}  // namespace

void ResultsFolder::on_first_rank(const std::function<void()>& task) const {
  agree(world_, [&] {
    if (world_.rank() != Rank{0}) return;
    try {
      task();
    } catch (const fs::filesystem_error& error) {
      fail(ExitCode::run_failed,
           fmt::format("cannot use the folder {} ({}); choose another with --out", path().string(),
                       error.code().message()));
    }
  });
}

FolderContents ResultsFolder::look() const {
  if (holds_training()) return FolderContents::training;
  if (holds_analysis()) return FolderContents::analysis;
  // Folders without files are what a start leaves that was killed at once.
  for (const fs::path& entry : own_entries())
    if (!fs::is_empty(entry)) return FolderContents::other;
  return FolderContents::nothing;
}

FolderContents ResultsFolder::contents() const {
  std::string found;
  on_first_rank([&] { found = std::to_string(static_cast<int>(look())); });
  world_.broadcast(found, Rank{0});
  return static_cast<FolderContents>(std::stoi(found));
}

void ResultsFolder::start_anew() const {
  on_first_rank([&] {
    fs::create_directories(path());
    for (const fs::path& old : own_entries()) fs::remove_all(old);
    fs::create_directories(state());
    fs::create_directories(eigenvectors());
  });
}

Json ResultsFolder::read_state(const std::string& name) const {
  std::string text;
  on_first_rank([&] {
    const fs::path file = state() / name;
    if (!fs::exists(file)) return;
    text = read_file(file);
    SY_REQUIRE(is_intact(text), ExitCode::bad_data,
               "{} is damaged (it is not as it was written); start the analysis anew with "
               "--overwrite",
               file.string());
  });
  world_.broadcast(text, Rank{0});
  if (text.empty()) return {};
  return Json::parse(text).at("state");
}

void ResultsFolder::write_state(const std::string& name, const Json& state) const {
  on_first_rank([&] {
    const Json document = {{"crc32", text_crc(state.dump())}, {"state", state}};
    write_file(this->state() / name, document.dump() + "\n");
  });
}

void ResultsFolder::drop_state(const std::string& name) const {
  on_first_rank([&] { fs::remove_all(state() / name); });
}

void ResultsFolder::write(const std::string& name, const std::string& text) const {
  on_first_rank([&] { write_file(path() / name, text); });
}

}  // namespace switchyard
