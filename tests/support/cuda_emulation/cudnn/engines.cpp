#include "cuda_emulation/cudnn/engines.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "cuda_emulation/settings.hpp"
#include "cuda_emulation/stream.hpp"

namespace cuda_emulation::cudnn {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

const std::vector<Engine>& all_engines() {
  static const std::vector<Engine> engines{
      {.index = 0, .slow = true},
      {.index = 1, .notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE}, .rounding = Rounding::tf32},
      {.index = 2, .notes = {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}, .rounding = Rounding::noisy},
      {.index = 3, .on_finalize = CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH},
      {.index = 4, .workspace_bytes = 1024 * kMiB},
      {.index = 5, .notes = {CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS}, .rounding = Rounding::bf16},
      {.index = 6, .on_execute = CUDNN_STATUS_EXECUTION_FAILED},
      {.index = 7, .slow = true},
      {.index = 8, .notes = {CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP}, .workspace_bytes = kMiB}};
  return engines;
}

bool is_double(const Content& graph) {
  const auto tensors = tensors_of(*graph.parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).front());
  return tensors.front()->get<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE) == CUDNN_DATA_DOUBLE;
}

std::vector<std::int64_t> sizes(const Content& tensor) {
  return tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
}

bool supported(const Content& graph) {
  const auto& operations = graph.parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS);
  const auto tensors = tensors_of(*operations.front());
  const bool wide_kernel = std::ranges::any_of(tensors, [](const Content* tensor) {
    return sizes(*tensor)[3] == 7 && sizes(*tensor)[2] == 7;
  });
  const bool odd_fusion = operations.size() > 1 && sizes(*tensors.back())[1] % 4 != 0;
  return !is_double(graph) && !wide_kernel && !odd_fusion;
}

Shared make_config(std::int64_t index, const Shared& graph) {
  const Engine& engine = engine_at(index);
  auto described = std::make_shared<Content>(Content{CUDNN_BACKEND_ENGINE_DESCRIPTOR, true});
  described->put(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, std::vector{index});
  described->put(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, engine.notes);
  described->parts[CUDNN_ATTR_ENGINE_OPERATION_GRAPH] = {graph};
  auto knob = std::make_shared<Content>(Content{CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, true});
  knob->put(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE,
            std::vector{CUDNN_KNOB_TYPE_TILE_SIZE});
  knob->put(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_TYPE_INT64, std::vector{10 * index});
  auto config = std::make_shared<Content>(Content{CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, true});
  config->parts[CUDNN_ATTR_ENGINECFG_KNOB_CHOICES] = {knob};
  config->parts[CUDNN_ATTR_ENGINECFG_ENGINE] = {described};
  return config;
}

Verdict complete_heuristics(Content& heuristics) {
  const Shared graph = heuristics.parts.at(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH).front();
  const auto mode = heuristics.get<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE);
  if (!supported(*graph))
    return {CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN, "no engine runs this graph"};
  for (std::int64_t index : proposals(*graph, mode))
    heuristics.parts[CUDNN_ATTR_ENGINEHEUR_RESULTS].push_back(make_config(index, graph));
  return {};
}

const Content& engine_of(const Content& plan) {
  return plan.part(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG).part(CUDNN_ATTR_ENGINECFG_ENGINE);
}

Verdict complete_plan(Content& plan) {
  const Engine& engine =
      engine_at(engine_of(plan).get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
  plan.put(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64,
           std::vector{engine.workspace_bytes});
  return {engine.on_finalize, "the engine is for another architecture"};
}

Places places_of(const Content& pack) {
  const auto ids = pack.list<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  const auto addresses = pack.list<std::byte*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  Places places;
  for (std::size_t i = 0; i < ids.size(); ++i) places[ids[i]] = addresses[i];
  return places;
}

Verdict check_places(const Content& graph, const Places& places) {
  for (const Shared& operation : graph.parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS))
    for (const Content* tensor : tensors_of(*operation)) {
      if (tensor->get<bool>(CUDNN_ATTR_TENSOR_IS_VIRTUAL)) continue;
      const auto place = places.find(tensor->get<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID));
      if (place == places.end() || !place->second)
        return {CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "a tensor has no address"};
      const auto alignment = tensor->get<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
      if (reinterpret_cast<std::uintptr_t>(place->second) % alignment != 0)
        return {CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "an address is not aligned as said"};
    }
  return {};
}

void take_time(const Engine& engine) {
  if (engine.slow)
    std::this_thread::sleep_for(
        std::chrono::milliseconds(number_setting("CUDA_EMULATION_SLOW_ENGINE", 0)));
}

}  // namespace

const Engine& engine_at(std::int64_t index) {
  return all_engines().at(static_cast<std::size_t>(index));
}

std::vector<std::int64_t> proposals(const Content& graph, cudnnBackendHeurMode_t mode) {
  if (!supported(graph)) return {};
  if (mode == CUDNN_HEUR_MODE_A) return {1, 2, 3, 4, 5, 6, 7, 8};
  return {0};
}

Verdict complete(Content& content) {
  if (content.type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR) return complete_heuristics(content);
  if (content.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) return complete_plan(content);
  return {};
}

Verdict execute(const Shared& plan, const Content& pack, cudaStream_t stream) {
  const Content& described = engine_of(*plan);
  const Engine& engine = engine_at(described.get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
  if (engine.on_execute != CUDNN_STATUS_SUCCESS)
    return {engine.on_execute, "the engine's kernel did not start"};
  const Shared graph = described.parts.at(CUDNN_ATTR_ENGINE_OPERATION_GRAPH).front();
  const Places places = places_of(pack);
  if (Verdict verdict = check_places(*graph, places); verdict.status != CUDNN_STATUS_SUCCESS)
    return verdict;
  auto* workspace = pack.get<std::byte*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  if (engine.workspace_bytes > 0 && !workspace)
    return {CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "the engine's workspace is missing"};
  enqueue(stream, [graph, places, workspace, &engine] {
    std::fill_n(workspace, engine.workspace_bytes, std::byte{0xa5});
    take_time(engine);
    run_graph(graph, engine.rounding, places);
  });
  return {};
}

}  // namespace cuda_emulation::cudnn
