#include "apps/parity/fixture_model.hpp"

#include <nlohmann/json.hpp>

#include "apps/parity/hash_weights.hpp"

namespace switchyard::parity {
namespace {

constexpr Choice<HeadKind> kinds[] = {{HeadKind::dense, "dense"},
                                      {HeadKind::soft_moe, "softmoe"},
                                      {HeadKind::sparse_moe, "sparsemoe"},
                                      {HeadKind::hard_moe, "hardmoe"}};

HeadKind head_kind(const std::string& name) {
  for (auto& [kind, spelling] : kinds)
    if (spelling == name) return kind;
  fail(ExitCode::bad_data,
       fmt::format("'{}' is no head (expected dense, softmoe, sparsemoe or hardmoe)", name));
}

ModelConfig parse_config(const Fixture& fixture) try {
  auto json = nlohmann::json::parse(fixture.text("config"));
  ModelConfig config;
  config.width = json.at("width");
  HeadConfig& head = config.head;
  head.kind = head_kind(json.at("kind"));
  if (head.is_moe()) {
    head.experts = json.at("experts");
    head.expert_hidden = json.at("hidden");
  } else {
    head.dense_hidden = json.at("head_width");
  }
  if (head.kind == HeadKind::sparse_moe) head.k = json.at("k");
  head.temperature = json.value("temperature", 1.0);
  head.gate_noise_floor = fixture.number("noise_floor", head.gate_noise_floor);
  head.gate_weights = GateWeights::renormalised;
  head.gate_input_dropout = head.gate_logit_dropout = head.hidden_dropout = 0.0;
  validate(config);
  return config;
} catch (const nlohmann::json::exception& e) {
  fail(ExitCode::bad_data, fmt::format("the metadata 'config' of {} is not that of a model ({})",
                                       fixture.path().string(), e.what()));
}

// The outputs of the last layer.
int count_classes(const Fixture& holder, const std::string& prefix, const HeadConfig& head) {
  std::string bias = prefix + (head.is_moe() ? "head.experts.0.net.2.bias" : "head.fc.3.bias");
  return static_cast<int>(holder.read(bias).numel());
}

// How many batches the running statistics have seen is not stored, nor does it matter.
Tensor without_batch_count(const std::string& name) {
  if (!name.ends_with(".num_batches_tracked")) return {};
  Tensor none(*make_host_allocator(), {}, DType::i64);
  *none.data<std::int64_t>() = 0;
  return none;
}

}  // namespace

FixtureModel read_model(const Fixture& fixture) {
  FixtureModel model{parse_config(fixture), {}};
  if (fixture.kind() == FixtureKind::full) {
    model.config.classes = count_classes(fixture, "stored.", model.config.head);
    model.weights = [&fixture, hash = HashWeights(fixture)](const std::string& name,
                                                            const Shape& shape) {
      if (fixture.contains("stored." + name)) return fixture.read("stored." + name);
      Tensor no_count = without_batch_count(name);
      return no_count ? no_count : hash.state(name, shape);
    };
    return model;
  }
  auto stored = std::make_shared<const Fixture>(fixture.path().parent_path() /
                                                (fixture.case_name() + ".model.safetensors"));
  model.config.classes = count_classes(*stored, "", model.config.head);
  model.weights = [stored](const std::string& name, const Shape&) {
    return stored->contains(name) ? stored->read(name) : without_batch_count(name);
  };
  return model;
}

}  // namespace switchyard::parity
