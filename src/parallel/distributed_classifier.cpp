#include "parallel/distributed_classifier.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace switchyard {

DistributedClassifier::DistributedClassifier(Backend& backend, Communicator& world,
                                             const ModelConfig& config,
                                             const DistributedOptions& options)
    : backend_(backend),
      options_(options),
      world_(backend, world),
      grid_(world_, choose_expert_parallel(options.ep, world.size(), config.head)),
      batch_(backend, grid_.world()),
      experts_(backend, grid_.expert_parallel(), config.head.experts, options.overlap_degree),
      model_(backend, dtype(), config, experts_.local_experts(), options.seed) {}

ForwardContext DistributedClassifier::context(Tape& tape, Mode mode, Tensor sample_ids,
                                              Tensor step) {
  BatchReducer& norm =
      options_.norm_sync == NormSync::sync ? static_cast<BatchReducer&>(batch_) : local_;
  return {.tape = tape,
          .mode = mode,
          .norm = norm,
          .batch = batch_,
          .experts = experts_,
          .compute = image_dtype(),
          .sample_ids = std::move(sample_ids),
          .seed = options_.seed,
          .step = std::move(step)};
}

ForwardContext DistributedClassifier::context(Tape& tape, Mode mode, Tensor sample_ids,
                                              std::uint64_t step) {
  return context(tape, mode, std::move(sample_ids), backend_.from_host(&step, {1}, DType::i64));
}

std::int64_t DistributedClassifier::count_parameters() {
  std::int64_t replicated = 0, owned = 0;
  for (const Parameter& p : state().parameters())
    (p.expert ? owned : replicated) += p.value.numel();
  Tensor total = backend_.from_host(&owned, {1}, DType::i64);
  grid_.expert_parallel().all_reduce_sum(total);
  backend_.to_host(total, &owned);
  return replicated + owned;
}

// All buffers in one message; in place, as a recorded pass will find them there.
void DistributedClassifier::average_running_statistics(std::int64_t samples, std::int64_t all) {
  if (options_.norm_sync == NormSync::sync || grid_.world().size() == 1 || all == 0) return;
  std::vector<BufferTensor*> statistics;
  std::vector<Tensor> parts;
  for (BufferTensor& buffer : state().buffers()) {
    if (buffer.value.dtype() == DType::i64) continue;  // counts, alike on every rank
    statistics.push_back(&buffer);
    parts.push_back(backend_.convert(buffer.value, DType::f64).reshape({1, buffer.value.numel()}));
  }
  const double weight = static_cast<double>(samples) / static_cast<double>(all);
  Tensor mean = batch_.sum(backend_.scale(backend_.concat_columns(parts), weight));
  std::int64_t at = 0;
  for (BufferTensor* buffer : statistics) {
    std::int64_t end = at + buffer->value.numel();
    Tensor own = backend_.convert(backend_.slice_columns(mean, at, end), buffer->value.dtype());
    backend_.assign(buffer->value, own.reshape(buffer->value.shape()));
    at = end;
  }
  state().mark_changed();
}

}  // namespace switchyard
