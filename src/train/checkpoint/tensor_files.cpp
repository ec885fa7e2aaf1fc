#include "train/checkpoint/tensor_files.hpp"

#include <nlohmann/json.hpp>

namespace switchyard {

namespace fs = std::filesystem;
using nlohmann::json;

std::string index_name(std::string_view stem) {
  return fmt::format("{}.safetensors.index.json", stem);
}

std::string print_index(const std::map<std::string, std::string>& file_of,
                        std::uint64_t total_bytes) {
  json index = {{"metadata", {{"total_size", total_bytes}}}, {"weight_map", file_of}};
  return index.dump(2) + "\n";
}

TensorFiles TensorFiles::open(const fs::path& path, std::string_view stem) {
  TensorFiles files;
  files.path_ = path;
  if (!fs::is_directory(path)) {
    files.add_file(path);
    return files;
  }
  fs::path index = path / index_name(stem), single = path / fmt::format("{}.safetensors", stem);
  if (fs::exists(index)) {
    files.read_index(index);
    return files;
  }
  SY_REQUIRE(fs::exists(single), ExitCode::bad_data,
             "{} holds neither {} nor {}; give a checkpoint folder or a .safetensors file",
             path.string(), index.filename().string(), single.filename().string());
  files.add_file(single);
  return files;
}

void TensorFiles::add_file(const fs::path& path) {
  SafetensorsFile file = SafetensorsFile::open(path);
  for (const std::string& name : file.names()) path_of_[name] = path;
  open_.emplace(path, std::move(file));
}

void TensorFiles::read_index(const fs::path& path) {
  std::map<std::string, std::string> file_of;
  try {
    json::parse(read_file(path)).at("weight_map").get_to(file_of);
  } catch (const json::exception& error) {
    fail(ExitCode::bad_data, fmt::format("{} is no index of safetensors files ({}); write it anew",
                                         path.string(), error.what()));
  }
  for (const auto& [name, file] : file_of) {
    SY_REQUIRE(!file.empty() && fs::path(file).filename() == file, ExitCode::bad_data,
               "{} places '{}' in '{}' (expected a file of its own folder)", path.string(), name,
               file);
    path_of_[name] = path.parent_path() / file;
  }
}

std::vector<std::string> TensorFiles::names() const {
  std::vector<std::string> names;
  for (const auto& entry : path_of_) names.push_back(entry.first);
  return names;
}

SafetensorsFile& TensorFiles::file_of(const std::string& name) {
  const fs::path& path = path_of_.at(name);
  auto found = open_.find(path);
  if (found == open_.end()) found = open_.emplace(path, SafetensorsFile::open(path)).first;
  return found->second;
}

}  // namespace switchyard
