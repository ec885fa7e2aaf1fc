#pragma once
// Named tensors in a safetensors file (github.com/huggingface/safetensors, format of 2022):
// 8 bytes little-endian header length n, n bytes of JSON
//   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, "__metadata__":
//   {...}}
// and the row-major little-endian data, to which the offsets refer. Of the format's types F64,
// F32, I64, I32 and U8 are supported.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "device/tensor.hpp"

namespace switchyard {

using Metadata = std::map<std::string, std::string>;
using NamedTensor = std::pair<std::string, Tensor>;

/// What a file's header says of one tensor.
struct TensorEntry {
  std::string name = {};
  DType dtype = DType::f32;
  Shape shape = {};
  std::uint64_t begin = 0;  ///< first byte, counted from the start of the file
  std::uint64_t bytes = 0;
};

/// An open file whose header has been checked against every rule of the format; data is read only
/// when asked for. Anything wrong is an Error(bad_data) with file, place and what was expected.
class SafetensorsFile {
 public:
  static SafetensorsFile open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  /// In the order of the header.
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const { return index_.contains(name); }
  const Shape& shape(std::string_view name) const { return entry(name).shape; }
  DType dtype(std::string_view name) const { return entry(name).dtype; }
  const Metadata& metadata() const { return metadata_; }

  /// The tensor in fresh memory; only its own bytes are read. Thread safe.
  Tensor read(std::string_view name, Allocator& allocator) const;

 private:
  SafetensorsFile(InputFile file, std::vector<TensorEntry> entries, Metadata metadata);
  const TensorEntry& entry(std::string_view name) const;

  InputFile file_;
  std::vector<TensorEntry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;
  Metadata metadata_;
};

/// Writes a whole file, atomically and synced to disk (see AtomicFile), and gives the CRC-32 of all
/// of its bytes. The header keeps the order of `tensors`; data is laid out by falling element size
/// and starts at a multiple of 64, so that every tensor is aligned to its elements.
std::uint32_t write_safetensors(const std::filesystem::path& path,
                                const std::vector<NamedTensor>& tensors,
                                const Metadata& metadata = {});

}  // namespace switchyard
