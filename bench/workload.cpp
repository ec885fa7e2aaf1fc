#include "workload.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "data/sampler.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t image_side = 32;
constexpr std::int64_t classes = 10;

}  // namespace

std::vector<HeadKind> parse_heads(const std::string& list) {
  std::vector<HeadKind> heads;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    auto choice = std::ranges::find(head_choices, word, &Choice<HeadKind>::name);
    SY_REQUIRE(choice != std::end(head_choices), ExitCode::bad_usage,
               "there is no head '{}'; --heads takes dense, soft, sparse and hard", word);
    heads.push_back(choice->value);
  }
  return heads;
}

ModelConfig model_config(HeadKind head, int width) {
  ModelConfig config{.width = width, .classes = classes, .head = {}};
  config.head.kind = head;
  return config;
}

Batch random_batch(Machine& machine, std::int64_t size, DType dtype) {
  Backend& backend = machine.backend();
  Communicator& world = machine.world();
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
  RandomKey key{0, RandomPurpose::synthetic_data, backend.zeros({1}, DType::i64)};
  Tensor noise =
      backend.random_normal(key, batch.sample_ids, image_side * image_side * 3, DType::f32);
  batch.images = backend.convert(noise, dtype).reshape({share.size(), image_side, image_side, 3});
  return batch;
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
      step_number_(backend_.zeros({1}, DType::i64)),
      inference_(backend_, machine.world(), options.recorded, [this] {
        Batch batch = batches_.make();
        Tape tape(backend_, Recording::off);
        ForwardContext context =
            classifier_.context(tape, Mode::eval, batch.sample_ids, step_number_);
        return classifier_.model()
            .forward(context, tape.constant(batch.images))
            .head.logits.value();
      }) {
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
    logits_ = inference_.run(spec_.batch);
}

void Workload::finish() {
  if (training_) {
    training_->collect();
    return;
  }
  std::vector<std::byte> bytes(logits_.bytes());
  backend_.to_host(logits_, bytes.data());
}

}  // namespace switchyard
