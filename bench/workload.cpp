#include "workload.hpp"

#include <numeric>

#include "data/sampler.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t image_side = 32;
constexpr std::int64_t classes = 10;

ModelConfig model_config(const WorkloadSpec& spec) {
  ModelConfig config{.width = spec.width, .classes = classes, .head = {}};
  config.head.kind = spec.head;
  return config;
}

/// This rank's share of a batch of noise.
Batch random_batch(Backend& backend, Communicator& world, std::int64_t size) {
  Share share = shard(size, world.rank(), world.size());
  std::vector<std::int64_t> ids(static_cast<std::size_t>(share.size()));
  std::iota(ids.begin(), ids.end(), share.begin);
  std::vector<std::int32_t> labels;
  for (std::int64_t id : ids) labels.push_back(static_cast<std::int32_t>(id % classes));

  Batch batch;
  batch.first = share.begin;
  batch.global_size = size;
  batch.sample_ids = backend.from_host(ids.data(), {share.size()}, DType::i64);
  batch.labels = backend.from_host(labels.data(), {share.size()}, DType::i32);
  batch.images = backend
                     .random_normal({0, RandomPurpose::synthetic_data}, batch.sample_ids,
                                    image_side * image_side * 3, DType::f32)
                     .reshape({share.size(), image_side, image_side, 3});
  return batch;
}

}  // namespace

std::string to_string(const WorkloadSpec& spec) {
  return fmt::format("{}/{}/width:{}/batch:{}",
                     spec.kind == WorkloadKind::training ? "training" : "inference",
                     name_of(spec.head, head_choices), spec.width, spec.batch);
}

Workload::Workload(const WorkloadSpec& spec, Communicator& world, int ep)
    : spec_(spec),
      backend_(make_backend(BackendKind::cpu)),
      classifier_(*backend_, world, model_config(spec), {.ep = ep}),
      batch_(random_batch(*backend_, world, spec.batch)) {
  if (spec.kind == WorkloadKind::inference) return;
  // A low rate: the loss must stay finite on noise for as long as anyone measures.
  sgd_.emplace(classifier_.state(), SgdConfig{.learning_rate = 1e-3});
  step_.emplace(classifier_, *sgd_, ObjectiveConfig{}, 0.0);
}

void Workload::run() {
  if (step_) {
    step_->run({.batch = batch_, .step = 0, .learning_rate = 1e-3, .stop_requested = false});
    return;
  }
  Tape tape(*backend_, Recording::off);
  ForwardContext context = classifier_.context(tape, Mode::eval, batch_.sample_ids);
  classifier_.model().forward(context, tape.constant(batch_.images));
}

}  // namespace switchyard
