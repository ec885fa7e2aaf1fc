#include "apps/bench/inference_pass.hpp"

#include <numeric>
#include <utility>
#include <vector>

#include "data/sampler.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kImageSide = 32;
constexpr std::int64_t kClasses = 10;

}  // namespace

Batch random_batch(Machine& machine, std::int64_t size, DType dtype) {
  Backend& backend = machine.backend();
  Communicator& world = machine.world();
  const Share share = shard(size, world.rank(), world.size());
  std::vector<std::int64_t> ids(static_cast<std::size_t>(share.size()));
  std::iota(ids.begin(), ids.end(), share.begin);
  std::vector<std::int32_t> labels;
  for (std::int64_t id : ids) labels.push_back(static_cast<std::int32_t>(id % kClasses));

  Batch batch;
  batch.first = share.begin;
  batch.global_size = size;
  batch.sample_ids = backend.from_host(ids.data(), {share.size()}, DType::i64);
  batch.labels = backend.from_host(labels.data(), {share.size()}, DType::i32);
  const RandomKey key{0, RandomPurpose::synthetic_data, backend.zeros({1}, DType::i64)};
  const Tensor noise =
      backend.random_normal(key, batch.sample_ids, kImageSide * kImageSide * kChannels, DType::f32);
  batch.images =
      backend.convert(noise, dtype).reshape({share.size(), kImageSide, kImageSide, kChannels});
  return batch;
}

InferencePass::InferencePass(DistributedClassifier& classifier, Batch batch, bool recorded)
    : classifier_(classifier),
      batch_(std::move(batch)),
      step_number_(classifier.backend().zeros({1}, DType::i64)),
      work_(classifier.backend(), classifier.grid().world(), recorded,
            [this] { return forward(); }) {}

Tensor InferencePass::forward() {
  Tape tape(classifier_.backend(), Recording::off);
  ForwardContext context = classifier_.context(tape, Mode::eval, batch_.sample_ids, step_number_);
  return classifier_.model().forward(context, tape.constant(batch_.images)).head.logits.value();
}

}  // namespace switchyard
