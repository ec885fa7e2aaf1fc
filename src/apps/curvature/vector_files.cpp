#include "apps/curvature/vector_files.hpp"

#include <algorithm>

#include "train/agreement.hpp"
#include "train/checkpoint/shards.hpp"
#include "train/checkpoint/tensor_files.hpp"

namespace switchyard {

namespace fs = std::filesystem;

void write_vector(const fs::path& folder, const std::string& stem, ParameterSpace& space,
                  const ProcessGrid& grid, const Tensor& x) {
  const std::vector<Parameter*>& parameters = space.parameters();
  std::vector<Tensor> parts(parameters.size());
  std::vector<TensorSlot> slots;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = space.part(x, i);
    slots.push_back({parameters[i]->name, &parts[i], parameters[i]->expert.has_value()});
  }
  write_shards(folder, stem, slots, space.vectors().backend(), grid);
}

Tensor read_vector(const fs::path& folder, const std::string& stem, ParameterSpace& space,
                   const ProcessGrid& grid, DType dtype) {
  Backend& backend = space.vectors().backend();
  Tensor x = backend.zeros({space.vectors().local_size()}, dtype);
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
