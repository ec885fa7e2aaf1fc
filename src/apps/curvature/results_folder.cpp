#include "apps/curvature/results_folder.hpp"

#include <vector>

#include "base/file.hpp"
#include "train/agreement.hpp"

namespace switchyard {

namespace fs = std::filesystem;

void ResultsFolder::on_first_rank(const std::function<void()>& task) const {
  agree(world_, [&] {
    if (world_.rank() != Rank{0}) return;
    try {
      task();
    } catch (const fs::filesystem_error& error) {
      fail(ExitCode::run_failed,
           fmt::format("cannot use the folder {} ({}); choose another with --out", path_.string(),
                       error.code().message()));
    }
  });
}

bool ResultsFolder::holds_results() const {
  std::string found;
  on_first_rank([&] {
    for (const fs::path& file : {config_file(), report_file(), eigenvectors(), state()})
      if (fs::exists(file)) found = "yes";
  });
  world_.broadcast(found, Rank{0});
  return !found.empty();
}

void ResultsFolder::start_anew() const {
  on_first_rank([&] {
    fs::create_directories(path_);
    for (const fs::path& old : {report_file(), eigenvectors(), state()}) fs::remove_all(old);
    const std::vector<fs::path> entries(fs::directory_iterator(path_), {});
    for (const fs::path& entry : entries)
      if (entry.extension() == ".csv") fs::remove(entry);
    fs::create_directories(eigenvectors());
    fs::create_directories(state());
  });
}

std::optional<std::string> ResultsFolder::read_state(const std::string& name) const {
  // The first character tells whether there is a text.
  std::string text;
  on_first_rank([&] {
    if (fs::exists(state() / name)) text = 't' + read_file(state() / name);
  });
  world_.broadcast(text, Rank{0});
  if (text.empty()) return std::nullopt;
  return text.substr(1);
}

void ResultsFolder::write_state(const std::string& name, const std::string& text) const {
  on_first_rank([&] { write_file(state() / name, text); });
}

void ResultsFolder::drop_state(const std::string& name) const {
  on_first_rank([&] { fs::remove_all(state() / name); });
}

void ResultsFolder::write(const std::string& name, const std::string& text) const {
  on_first_rank([&] { write_file(path_ / name, text); });
}

}  // namespace switchyard
