#include "train/checkpoint/load.hpp"

#include <algorithm>
#include <set>

#include "comm/gather_texts.hpp"
#include "train/agreement.hpp"
#include "train/checkpoint/tensor_files.hpp"
#include "train/checkpoint/tensor_slots.hpp"
#include "train/first_rank.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

constexpr std::string_view kAdvice =
    "give the model options it was trained with, such as --config with the resolved config of its "
    "run";

/// A tensor that has been read, and where it belongs.
struct Arrival {
  Tensor* into;
  Tensor value;
};

// The names of the whole model's slots, those of the other ranks' experts included.
Names all_names(const std::vector<TensorSlot>& slots, const ProcessGrid& grid) {
  Names names;
  std::string own;
  for (const TensorSlot& slot : slots) {
    names.insert(slot.name);
    if (slot.sharded) own += slot.name + '\n';
  }
  for (const std::string& text : gather_texts(grid.expert_parallel(), own))
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = text.find('\n', begin);
      names.insert(text.substr(begin, end - begin));
      begin = end + 1;
    }
  return names;
}

// Number of distinct <n> in "...experts.<n>....".
std::size_t count_experts(const Names& names) {
  constexpr std::string_view kMarker = ".experts.";
  Names experts;
  for (const std::string& name : names)
    if (std::size_t at = name.find(kMarker); at != std::string::npos) {
      at += kMarker.size();
      experts.insert(name.substr(at, name.find('.', at) - at));
    }
  return experts.size();
}

// "'a', 'b', 'c' and 4 more" of the names in `these` but not in `those`.
std::string list_difference(const Names& these, const Names& those) {
  std::vector<std::string> names;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(),
                      std::back_inserter(names));
  if (names.empty()) return "none";
  std::size_t shown = std::min<std::size_t>(names.size(), 3);
  std::string text = fmt::format("'{}'", fmt::join(names.begin(), names.begin() + shown, "', '"));
  return shown == names.size() ? text : fmt::format("{} and {} more", text, names.size() - shown);
}

void require_same_names(const TensorFiles& files, const Names& model) {
  std::vector<std::string> list = files.names();
  Names found(list.begin(), list.end());
  if (found == model) return;
  std::size_t there = count_experts(found), here = count_experts(model);
  SY_REQUIRE(there == here || there == 0 || here == 0, ExitCode::bad_data,
             "{} does not fit the model (it has {} experts, the model {}); give --experts {}",
             files.path().string(), there, here, there);
  fail(ExitCode::bad_data,
       fmt::format("{} does not fit the model (missing there: {}; unknown to the model: {}); {}",
                   files.path().string(), list_difference(model, found),
                   list_difference(found, model), kAdvice));
}

bool convertible(DType from, DType to) {
  auto is_float = [](DType dtype) { return dtype == DType::f32 || dtype == DType::f64; };
  return from == to || (is_float(from) && is_float(to));
}

void require_same_form(TensorFiles& files, const TensorSlot& slot) {
  Shape expected = file_shape(slot.tensor->shape());
  SY_REQUIRE(files.shape(slot.name) == expected, ExitCode::bad_data,
             "{} does not fit the model ('{}' is {} there and {} in the model); {}",
             files.path().string(), slot.name, to_string(files.shape(slot.name)),
             to_string(expected), kAdvice);
  SY_REQUIRE(convertible(files.dtype(slot.name), slot.tensor->dtype()), ExitCode::bad_data,
             "{} does not fit the model ('{}' is of type {} there and {} in the model)",
             files.path().string(), slot.name, to_string(files.dtype(slot.name)),
             to_string(slot.tensor->dtype()));
}

// Says once that numbers are converted, if any are.
void warn_of_conversion(TensorFiles& files, const std::vector<TensorSlot>& slots, Logger& log) {
  for (const TensorSlot& slot : slots) {
    DType from = files.dtype(slot.name), to = slot.tensor->dtype();
    if (from == to) continue;
    log.warning("{} holds {} numbers, converted to the model's {}", files.path().string(),
                to_string(from), to_string(to));
    return;
  }
}

std::vector<Arrival> read_slots(const fs::path& path, std::string_view stem,
                                const std::vector<TensorSlot>& slots, Backend& backend,
                                const ProcessGrid& grid, Logger& log) {
  Names names = all_names(slots, grid);
  std::vector<Arrival> arrivals;
  agree(grid.world(), [&] {
    TensorFiles files = TensorFiles::open(path, stem);
    require_same_names(files, names);
    std::shared_ptr<Allocator> host = make_host_allocator();
    for (const TensorSlot& slot : slots) {
      require_same_form(files, slot);
      arrivals.push_back({slot.tensor, copy_from_file(backend, *host, files.read(slot.name, *host),
                                                      slot.tensor->dtype())});
    }
    if (grid.world().rank() == Rank{0}) warn_of_conversion(files, slots, log);
  });
  return arrivals;
}

void settle(std::vector<Arrival> arrivals, ModelState& state) {
  for (Arrival& arrival : arrivals) *arrival.into = std::move(arrival.value);
  state.mark_changed();
}

}  // namespace

void load_checkpoint(const Checkpoint& checkpoint, ModelState& state, Sgd& optimizer,
                     const ProcessGrid& grid, Logger& log) {
  Backend& backend = state.backend();
  auto model = read_slots(checkpoint.folder, "model", model_slots(state), backend, grid, log);
  auto momenta = read_slots(checkpoint.folder, "optimizer", optimizer_slots(state, optimizer),
                            backend, grid, log);
  settle(std::move(model), state);
  settle(std::move(momenta), state);
}

void load_weights(const Checkpoint& checkpoint, ModelState& state, const ProcessGrid& grid,
                  Logger& log) {
  settle(read_slots(checkpoint.folder, "model", model_slots(state), state.backend(), grid, log),
         state);
}

void load_weights(const fs::path& path, ModelState& state, const ProcessGrid& grid, Logger& log) {
  if (first_rank_sees(path / kManifestName, grid.world())) verify_checkpoint(path, grid.world());
  settle(read_slots(path, "model", model_slots(state), state.backend(), grid, log), state);
}

}  // namespace switchyard
