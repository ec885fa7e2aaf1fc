#pragma once
// The engines of cuDNN that can run a convolution, ready to run.

#include <memory>
#include <string>
#include <vector>

#include "ops/cuda/conv_graph.hpp"

namespace switchyard {

/// What the user's choice of precision and repeatability rules out.
struct EngineRules {
  bool nondeterministic = false;  ///< engines whose sums change from run to run are welcome
  bool tf32 = false;              ///< f32 products may be made on tensor cores
};

/// Whether an engine with these notes may compute in `dtype`. In f32 and f64 it neither rounds its
/// inputs or partial sums to a shorter type nor takes a transform's way round, which costs digits.
bool may_use(std::span<const cudnnBackendNumericalNote_t> notes, DType dtype,
             const EngineRules& rules);

struct ConvPlan {
  std::shared_ptr<const ConvGraph> graph;  // which the others refer to
  CudnnDescriptor config;
  CudnnDescriptor plan;
  /// cuDNN's number of it and its knobs' settings, "38/2=4,13=0": the same in every launch.
  std::string engine;
  std::int64_t workspace_bytes = 0;
};

/// Plans that the rules allow, up to a number and a size of workspace; those that cuDNN expects to
/// be fastest come first. Empty where it has none. `only`: nothing but this engine, unless empty.
std::vector<ConvPlan> list_plans(cudnnHandle_t handle, const ConvOperation& operation,
                                 const EngineRules& rules, const std::string& only = {});

/// Which of these times, in the order of such a list, to take: the first that is hardly longer than
/// the shortest. So noise seldom changes the choice, and with it the last bits of results.
std::size_t choose_fastest(std::span<const float> milliseconds);

/// Enqueues a plan on the handle's stream. `workspace` has the plan's size.
cudnnStatus_t enqueue_plan(cudnnHandle_t handle, const ConvPlan& plan, const ConvOperands& operands,
                           std::byte* workspace);

}  // namespace switchyard
