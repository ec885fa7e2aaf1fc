#include "train/checkpoint/shards.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "comm/gather_texts.hpp"
#include "train/agreement.hpp"
#include "train/checkpoint/tensor_files.hpp"

namespace switchyard {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

enum class Part { replicated, sharded };

std::vector<NamedTensor> tensors_of(Part part, const std::vector<TensorSlot>& slots,
                                    Backend& backend, Allocator& host) {
  std::vector<NamedTensor> tensors;
  for (const TensorSlot& slot : slots)
    if (slot.sharded == (part == Part::sharded))
      tensors.emplace_back(slot.name, copy_for_file(backend, host, *slot.tensor));
  return tensors;
}

// Writes one shard and describes it: what the index and the manifest need to know.
json write_shard(const fs::path& folder, const std::string& name,
                 const std::vector<NamedTensor>& tensors) {
  std::uint32_t crc = write_safetensors(folder / name, tensors, {{"format", "pt"}});
  json names = json::array();
  std::uint64_t data_bytes = 0;
  for (const auto& [tensor_name, tensor] : tensors) {
    names.push_back(tensor_name);
    data_bytes += tensor.bytes();
  }
  return {{"name", name},
          {"bytes", fs::file_size(folder / name)},
          {"crc32", crc},
          {"tensors", names},
          {"data", data_bytes}};
}

// Whether any rank has tensors of experts: some may have none where the slots are a selection.
bool any_sharded(const std::vector<TensorSlot>& slots, Communicator& world) {
  bool own = std::any_of(slots.begin(), slots.end(), [](auto& slot) { return slot.sharded; });
  std::vector<std::string> all = gather_texts(world, own ? "experts" : "");
  return std::any_of(all.begin(), all.end(), [](auto& text) { return !text.empty(); });
}

// The shards that are this rank's to write.
json write_own_shards(const fs::path& folder, const std::string& stem,
                      const std::vector<TensorSlot>& slots, bool experts, Backend& backend,
                      const ProcessGrid& grid) {
  int shards = experts ? 1 + grid.ep() : 1;
  std::shared_ptr<Allocator> host = make_host_allocator();
  json written = json::array();
  auto write = [&](Part part, int number) {
    written.push_back(
        write_shard(folder, fmt::format("{}-{:05}-of-{:05}.safetensors", stem, number, shards),
                    tensors_of(part, slots, backend, *host)));
  };
  if (grid.world().rank() == Rank{0}) write(Part::replicated, 1);
  if (experts && grid.dp_rank() == 0) write(Part::sharded, 2 + grid.ep_rank());
  return written;
}

}  // namespace

std::vector<FileRecord> write_shards(const fs::path& folder, const std::string& stem,
                                     const std::vector<TensorSlot>& slots, Backend& backend,
                                     const ProcessGrid& grid) {
  const bool experts = any_sharded(slots, grid.world());
  json own;
  agree(grid.world(), [&] { own = write_own_shards(folder, stem, slots, experts, backend, grid); });

  std::vector<FileRecord> records;
  std::map<std::string, std::string> file_of;
  std::uint64_t data_bytes = 0;
  for (const std::string& text : gather_texts(grid.world(), own.dump()))
    for (const json& shard : json::parse(text)) {
      records.push_back({shard["name"], shard["bytes"], shard["crc32"]});
      for (const json& name : shard["tensors"]) file_of[name] = shard["name"];
      data_bytes += shard["data"].get<std::uint64_t>();
    }

  std::string index = print_index(file_of, data_bytes);
  records.push_back({index_name(stem), index.size(), text_crc(index)});
  agree(grid.world(), [&] {
    if (grid.world().rank() == Rank{0}) write_file(folder / index_name(stem), index);
  });
  return records;
}

}  // namespace switchyard
