#include "parallel/distributed_classifier.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {

DistributedClassifier::DistributedClassifier(Backend& backend, Communicator& world,
                                             const ModelConfig& config,
                                             const DistributedOptions& options)
    : backend_(backend),
      options_(options),
      grid_(world, choose_expert_parallel(options.ep, world.size(), config.head)),
      batch_(backend, grid_.world()),
      experts_(backend, grid_.expert_parallel(), config.head.experts),
      model_(backend, options.dtype, config, experts_.local_experts(), options.seed) {}

ForwardContext DistributedClassifier::context(Tape& tape, Mode mode, Tensor sample_ids,
                                              std::uint64_t step) {
  BatchReducer& norm = options_.norm_sync == NormSync::sync ? static_cast<BatchReducer&>(batch_)
                                                            : local_;
  return {.tape = tape,
          .mode = mode,
          .norm = norm,
          .batch = batch_,
          .experts = experts_,
          .sample_ids = std::move(sample_ids),
          .seed = options_.seed,
          .step = step};
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

void DistributedClassifier::average_running_statistics() {
  if (options_.norm_sync == NormSync::sync || grid_.world().size() == 1) return;
  for (BufferTensor& buffer : state().buffers()) {
    if (buffer.value.dtype() == DType::i64) continue;
    Tensor sum = batch_.sum(buffer.value);
    buffer.value = backend_.scale(sum, 1.0 / grid_.world().size());
  }
  state().mark_changed();
}

}  // namespace switchyard
