#pragma once
// A small model with everything a checkpoint may meet: a convolution, buffers of two types,
// experts.

#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "parallel/grid.hpp"
#include "train/checkpoint/load.hpp"
#include "train/checkpoint/store.hpp"

namespace switchyard::testing {

struct ModelOptions {
  std::uint64_t seed = 1;
  int experts = 5;
  int width = 2;
  DType dtype = DType::f32;
};

/// Model and optimizer on one grid; a pure function of its options, whatever the grid.
class CheckpointModel {
 public:
  explicit CheckpointModel(const ProcessGrid& grid, ModelOptions options = {})
      : state(*backend_, options.dtype, options.seed) {
    Init normal{Init::Kind::normal, 1};
    state.add_parameter("backbone.conv1.weight", {options.width, 3, 2, 4}, normal);
    state.add_parameter("backbone.bn1.weight", {options.width}, normal);
    if (options.experts > 0) add_experts(grid, options.experts);
    state.add_buffer("backbone.bn1.running_mean",
                     backend_->full({options.width}, options.dtype, 0.5 * seed_of(options)));
    std::int64_t batches = static_cast<std::int64_t>(options.seed) << 40;
    state.add_buffer("backbone.bn1.num_batches_tracked",
                     backend_->from_host(&batches, {}, DType::i64));
    sgd = std::make_unique<Sgd>(state, SgdConfig{});
    auto momentum = sgd->momenta().begin();
    for (const Parameter& p : state.parameters()) *momentum++ = backend_->scale(p.value, 0.25);
  }

  /// The bytes of every tensor of this rank.
  std::map<std::string, std::string> bytes() {
    std::map<std::string, std::string> bytes;
    auto momentum = sgd->momenta().begin();
    for (const Parameter& p : state.parameters()) {
      bytes[p.name] = bytes_of(p.value);
      bytes["momentum of " + p.name] = bytes_of(*momentum++);
    }
    for (const BufferTensor& b : state.buffers()) bytes[b.name] = bytes_of(b.value);
    return bytes;
  }

 private:
  static double seed_of(const ModelOptions& options) { return static_cast<double>(options.seed); }
  static std::string bytes_of(const Tensor& x) {
    return {reinterpret_cast<const char*>(x.raw()), x.bytes()};
  }
  void add_experts(const ProcessGrid& grid, int experts) {
    ExpertRange own = expert_range(experts, grid.ep(), grid.ep_rank());
    for (int e = own.first; e < own.last; ++e)
      state.add_parameter(fmt::format("head.experts.{}.net.0.weight", e), {3, 2},
                          {Init::Kind::normal, 1}, ExpertId{e});
  }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);

 public:
  ModelState state;
  std::unique_ptr<Sgd> sgd;
};

/// A logger whose words can be read.
struct LogText {
  std::ostringstream text;
  Logger log{Rank{0}, Console{text}};
  bool holds(const std::string& part) const { return text.str().find(part) != std::string::npos; }
};

}  // namespace switchyard::testing
