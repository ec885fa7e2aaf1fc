#include "apps/bench/inference_subject.hpp"

#include <algorithm>
#include <vector>

#include "apps/trained_run.hpp"

namespace switchyard {
namespace {

ModelConfig model_of(HeadKind head, ModelConfig model) {
  model.head.kind = head;
  validate(model);
  return model;
}

DistributedOptions options_of(HeadKind head, const TrainConfig& training) {
  DistributedOptions options = distributed_options(training);
  if (head == HeadKind::dense) options.ep = 1;  // --ep is for the mixtures beside it
  return options;
}

std::int64_t live_bytes(Backend& backend) {
  return static_cast<std::int64_t>(backend.allocator().live_bytes());
}

std::int64_t most_of(Communicator& world, std::int64_t own) {
  const std::vector<std::int64_t> mine(static_cast<std::size_t>(world.size()), own);
  return std::ranges::max(world.all_to_all_counts(mine, 1));
}

}  // namespace

InferenceSubject::InferenceSubject(HeadKind head, const InferenceRequest& request,
                                   const Batch& batch, Machine& machine, Logger& log)
    : head_(head),
      live_before_(live_bytes(machine.backend())),
      classifier_(machine.backend(), machine.world(),
                  model_of(head, request.training_of(head).model),
                  options_of(head, request.training_of(head))),
      parameters_(classifier_.count_parameters()) {
  if (const MeasuredRun* run = request.run_of(head))
    load_named_weights(request.config.checkpoint, run->folder, classifier_, log);
  pass_.emplace(classifier_, batch,
                records_steps(request.config.training.execution.graphs, machine));
  pass_->run();
  // Without what drawing weights, and choosing among a device's convolutions, took.
  machine.backend().allocator().reset_peak();
  pass_->run();
  const auto peak = static_cast<std::int64_t>(machine.backend().allocator().peak_bytes());
  peak_bytes_ = most_of(machine.world(), peak - live_before_);
}

}  // namespace switchyard
