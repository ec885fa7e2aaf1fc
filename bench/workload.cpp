#include "workload.hpp"

namespace switchyard {
namespace {

constexpr int classes = 10;

}  // namespace

ModelConfig model_config(HeadKind head, int width) {
  ModelConfig config{.width = width, .classes = classes, .head = {}};
  config.head.kind = head;
  return config;
}

std::string to_string(const WorkloadSpec& spec) {
  return fmt::format("{}/{}/width:{}/batch:{}",
                     spec.kind == WorkloadKind::training ? "training" : "inference",
                     name_of(spec.head, head_choices), spec.width, spec.batch);
}

Workload::Workload(const WorkloadSpec& spec, Machine& machine, const WorkloadOptions& options)
    : spec_(spec),
      backend_(machine.backend()),
      classifier_(backend_, machine.world(), model_config(spec.head, spec.width),
                  {.precision = options.precision, .ep = options.ep}),
      batches_(random_batch(machine, spec.batch, classifier_.image_dtype())),
      inference_(classifier_, batches_.make(), options.recorded) {
  backend_.allocator().reset_peak();
  if (spec.kind == WorkloadKind::inference) return;
  // A low rate: the loss must stay finite on noise for as long as anyone measures.
  sgd_.emplace(classifier_.state(), SgdConfig{.learning_rate = 1e-3});
  training_.emplace(classifier_, *sgd_, batches_, StepOptions{.recorded = options.recorded});
}

void Workload::run() {
  if (training_)
    training_->run(
        {.share = *batches_.next(), .step = 0, .learning_rate = 1e-3, .stop_requested = false});
  else
    inference_.run();
}

void Workload::finish() {
  if (training_) {
    training_->collect();
    return;
  }
  std::vector<std::byte> bytes(inference_.logits().bytes());
  backend_.to_host(inference_.logits(), bytes.data());
}

}  // namespace switchyard
