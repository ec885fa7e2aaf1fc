#include "ops/cuda/conv_plan.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {
namespace {

constexpr std::int64_t kWorkspaceLimit = std::int64_t{512} << 20;
constexpr std::size_t kMostPlans = 8;
constexpr float kHardlyLonger = 1.1F;

std::vector<CudnnDescriptor> proposed_configs(const ConvGraph& graph, cudnnBackendHeurMode_t mode) {
  CudnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set_part(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.descriptor())
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  if (!heuristics.try_finalize()) return {};
  return heuristics.get_parts(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                              heuristics.count_parts(CUDNN_ATTR_ENGINEHEUR_RESULTS));
}

/// The list, and what is known to run where nothing of the list does.
std::vector<CudnnDescriptor> all_configs(const ConvGraph& graph) {
  std::vector<CudnnDescriptor> all = proposed_configs(graph, CUDNN_HEUR_MODE_A);
  for (CudnnDescriptor& config : proposed_configs(graph, CUDNN_HEUR_MODE_FALLBACK))
    all.push_back(std::move(config));
  return all;
}

std::string name_of(const CudnnDescriptor& engine, const CudnnDescriptor& config) {
  std::string name = std::to_string(engine.get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
  char separator = '/';
  for (const CudnnDescriptor& knob :
       config.get_parts(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR,
                        CUDNN_KNOB_TYPE_COUNTS)) {
    name += fmt::format(
        "{}{}={}", std::exchange(separator, ','),
        static_cast<int>(knob.get<cudnnBackendKnobType_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE)),
        knob.get<std::int64_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
  }
  return name;
}

/// Which tensor of a graph lies where.
struct Places {
  std::vector<std::int64_t> ids;
  std::vector<void*> addresses;

  void add(ConvTensor name, const Tensor& x) {
    if (!x) return;
    ids.push_back(static_cast<std::int64_t>(name));
    // cuDNN takes inputs and outputs alike; it writes to none but the operation's result.
    addresses.push_back(const_cast<std::byte*>(x.raw()));
  }
};

}  // namespace

bool may_use(std::span<const cudnnBackendNumericalNote_t> notes, DType dtype,
             const EngineRules& rules) {
  return std::ranges::none_of(notes, [&](cudnnBackendNumericalNote_t note) {
    switch (note) {
      case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
        return !rules.nondeterministic;
      case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
        return dtype == DType::f32 && !rules.tf32;  // those of f64 compute in full
      case CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP:
        return false;
      default:
        return dtype != DType::bf16;
    }
  });
}

std::vector<ConvPlan> list_plans(cudnnHandle_t handle, const ConvOperation& operation,
                                 const EngineRules& rules, const std::string& only) {
  const auto graph = std::make_shared<const ConvGraph>(handle, operation);
  std::vector<ConvPlan> plans;
  for (CudnnDescriptor& config : all_configs(*graph)) {
    if (plans.size() == kMostPlans) break;
    const CudnnDescriptor engine =
        config.get_part(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    const auto notes = engine.get_list<cudnnBackendNumericalNote_t>(
        CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    const std::string name = name_of(engine, config);
    if (!may_use(notes, operation.dtype, rules) || (!only.empty() && name != only)) continue;
    CudnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle)
        .set_part(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
    if (!plan.try_finalize()) continue;
    const auto workspace = plan.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
    if (workspace <= kWorkspaceLimit)
      plans.push_back({graph, std::move(config), std::move(plan), name, workspace});
  }
  return plans;
}

std::size_t choose_fastest(std::span<const float> milliseconds) {
  const float enough = std::ranges::min(milliseconds) * kHardlyLonger;
  const auto first = std::ranges::find_if(milliseconds, [&](float t) { return t <= enough; });
  return static_cast<std::size_t>(first - milliseconds.begin());
}

cudnnStatus_t enqueue_plan(cudnnHandle_t handle, const ConvPlan& plan, const ConvOperands& operands,
                           std::byte* workspace) {
  Places places;
  places.add(ConvTensor::x, operands.x);
  places.add(ConvTensor::w, operands.w);
  places.add(ConvTensor::y, operands.y);
  places.add(ConvTensor::residual, operands.residual);
  places.add(ConvTensor::bias, operands.bias);
  CudnnDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set_list<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, places.addresses)
      .set_list<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, places.ids)
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, static_cast<void*>(workspace))
      .finalize();
  return cudnnBackendExecute(handle, plan.plan.handle(), pack.handle());
}

}  // namespace switchyard
