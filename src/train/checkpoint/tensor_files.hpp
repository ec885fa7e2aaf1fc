#pragma once
// Tensors by name from one safetensors file, or from several behind a Hugging Face index
// ({"metadata": {"total_size": bytes}, "weight_map": {"tensor": "file"}}).

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "device/safetensors.hpp"

namespace switchyard {

/// "model.safetensors.index.json"
std::string index_name(std::string_view stem);

/// The text of an index of the tensors `file_of`, `total_bytes` of data in all.
std::string print_index(const std::map<std::string, std::string>& file_of,
                        std::uint64_t total_bytes);

/// Anything wrong is an Error(bad_data) that names the file. Files are opened when first needed.
class TensorFiles {
 public:
  /// `path` is a .safetensors file, or a folder with `stem`.safetensors.index.json or
  /// `stem`.safetensors.
  static TensorFiles open(const std::filesystem::path& path, std::string_view stem);

  /// What was opened: for messages.
  const std::filesystem::path& path() const { return path_; }
  /// In alphabetical order.
  std::vector<std::string> names() const;
  /// The name must be one of names().
  const Shape& shape(const std::string& name) { return file_of(name).shape(name); }
  DType dtype(const std::string& name) { return file_of(name).dtype(name); }
  Tensor read(const std::string& name, Allocator& host) { return file_of(name).read(name, host); }

 private:
  void add_file(const std::filesystem::path& path);
  void read_index(const std::filesystem::path& path);
  SafetensorsFile& file_of(const std::string& name);

  std::filesystem::path path_;
  std::map<std::string, std::filesystem::path> path_of_;  // by tensor
  std::map<std::filesystem::path, SafetensorsFile> open_;
};

}  // namespace switchyard
