#include "apps/curvature/vector_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/json.hpp"
#include "base/file.hpp"
#include "train/agreement.hpp"
#include "train/checkpoint/manifest.hpp"
#include "train/checkpoint/shards.hpp"
#include "train/checkpoint/tensor_files.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

fs::path checksums_file(const fs::path& folder, const std::string& stem) {
  return folder / (stem + ".crc32.json");
}

void write_checksums(const fs::path& path, const std::vector<FileRecord>& files) {
  Json checksums = Json::object();
  for (const FileRecord& file : files) checksums[file.name] = file.crc;
  write_file(path, checksums.dump(2) + "\n");
}

[[noreturn]] void fail_as_damaged(const fs::path& path) {
  fail(ExitCode::bad_data,
       fmt::format("{} is damaged or missing, so that the saved analysis cannot "
                   "go on; start anew with --overwrite",
                   path.string()));
}

void verify(const fs::path& folder, const std::string& stem) {
  const fs::path path = checksums_file(folder, stem);
  if (!fs::exists(path)) fail_as_damaged(path);
  const Json checksums = Json::parse(read_file(path), nullptr, false);
  if (!checksums.is_object() || !checksums.contains(index_name(stem))) fail_as_damaged(path);
  for (const auto& [name, crc] : checksums.items())
    if (!fs::exists(folder / name) || crc != record_file(folder, name).crc)
      fail_as_damaged(folder / name);
}

}  // namespace

void write_vector(const fs::path& folder, const std::string& stem, ParameterSpace& space,
                  const ProcessGrid& grid, const Tensor& x) {
  const std::vector<Parameter*>& parameters = space.parameters();
  std::vector<Tensor> parts(parameters.size());
  std::vector<TensorSlot> slots;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = space.part(x, i);
    slots.push_back({parameters[i]->name, &parts[i], parameters[i]->expert.has_value()});
  }
  const std::vector<FileRecord> files =
      write_shards(folder, stem, slots, space.vectors().backend(), grid);
  agree(grid.world(), [&] {
    if (grid.world().rank() == Rank{0}) write_checksums(checksums_file(folder, stem), files);
  });
}

Tensor read_vector(const fs::path& folder, const std::string& stem, ParameterSpace& space,
                   const ProcessGrid& grid, DType dtype) {
  Backend& backend = space.vectors().backend();
  Tensor x = backend.zeros({space.vectors().local_size()}, dtype);
  agree(grid.world(), [&] {
    if (grid.world().rank() == Rank{0}) verify(folder, stem);
  });
  agree(grid.world(), [&] {
    TensorFiles files = TensorFiles::open(folder, stem);
    const std::vector<std::string> names = files.names();
    std::shared_ptr<Allocator> host = make_host_allocator();
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
      const Parameter& p = *space.parameters()[i];
      const bool fits = std::binary_search(names.begin(), names.end(), p.name) &&
                        files.shape(p.name) == file_shape(p.value.shape());
      SY_REQUIRE(
          fits, ExitCode::bad_data,
          "{} of {} is no vector over this model's parameters ('{}' is missing or of another "
          "shape); start anew with --overwrite",
          stem, folder.string(), p.name);
      Tensor part = space.part(x, i);
      backend.assign(part, copy_from_file(backend, *host, files.read(p.name, *host), dtype));
    }
  });
  return x;
}

}  // namespace switchyard
