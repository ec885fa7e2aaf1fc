#include "device/safetensors.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/nearest.hpp"
#include "device/safetensors_header.hpp"

namespace switchyard {
namespace {

// Indices of the tensors by falling element size; equal ones keep their order.
std::vector<std::size_t> layout_order(const std::vector<NamedTensor>& tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size_of(tensors[a].second.dtype()) > size_of(tensors[b].second.dtype());
  });
  return order;
}

SafetensorsHeader describe(const std::vector<NamedTensor>& tensors, const Metadata& metadata,
                           const std::vector<std::size_t>& order) {
  SafetensorsHeader header{.entries = {}, .metadata = metadata};
  std::set<std::string_view> names = {"__metadata__"};
  for (const auto& [name, tensor] : tensors) {
    SY_REQUIRE(tensor.defined(), ExitCode::run_failed, "tensor '{}' has no value to write", name);
    SY_REQUIRE(names.insert(name).second, ExitCode::run_failed,
               "the name '{}' is taken; a file holds a tensor once", name);
    header.entries.push_back({.name = name,
                              .dtype = tensor.dtype(),
                              .shape = tensor.shape(),
                              .begin = 0,
                              .bytes = tensor.bytes()});
  }
  std::uint64_t end = 0;
  for (std::size_t i : order) {
    header.entries[i].begin = end;
    end += header.entries[i].bytes;
  }
  return header;
}

}  // namespace

SafetensorsFile::SafetensorsFile(InputFile file, std::vector<TensorEntry> entries,
                                 Metadata metadata)
    : file_(std::move(file)), entries_(std::move(entries)), metadata_(std::move(metadata)) {
  for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].name, i);
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  InputFile file(path);
  SafetensorsHeader header = read_safetensors_header(file);
  return SafetensorsFile(std::move(file), std::move(header.entries), std::move(header.metadata));
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const TensorEntry& entry : entries_) names.push_back(entry.name);
  return names;
}

const TensorEntry& SafetensorsFile::entry(std::string_view name) const {
  auto found = index_.find(name);
  if (found != index_.end()) return entries_[found->second];
  std::string nearest = nearest_name(name, names());
  fail(ExitCode::bad_data,
       fmt::format("{} holds no tensor '{}'{}", path().string(), name,
                   nearest.empty() ? "" : fmt::format(" (the nearest is '{}')", nearest)));
}

Tensor SafetensorsFile::read(std::string_view name, Allocator& allocator) const {
  const TensorEntry& found = entry(name);
  Tensor tensor(allocator, found.shape, found.dtype);
  file_.read_at(found.begin, {tensor.raw(), tensor.bytes()});
  return tensor;
}

std::uint32_t write_safetensors(const std::filesystem::path& path,
                                const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  std::vector<std::size_t> order = layout_order(tensors);
  AtomicFile file(path);
  file.write(print_safetensors_header(describe(tensors, metadata, order)));
  for (std::size_t i : order) file.write({tensors[i].second.raw(), tensors[i].second.bytes()});
  file.commit();
  return file.checksum();
}

}  // namespace switchyard
