#pragma once
// What inference benchmarks time: one batch through a classifier, again and again.

#include "data/batch.hpp"
#include "machine/machine.hpp"
#include "parallel/distributed_classifier.hpp"
#include "train/recorded_work.hpp"

namespace switchyard {

/// This rank's share of a batch of noise, 32 x 32, labelled with 10 classes in turn; `size` is that
/// of the whole batch. Collective.
Batch random_batch(Machine& machine, std::int64_t size, DType dtype);

class InferencePass {
 public:
  /// In evaluation mode, without derivatives. `recorded`: the pass is recorded and replayed.
  /// `classifier` must outlive it.
  InferencePass(DistributedClassifier& classifier, Batch batch, bool recorded);

  /// Enqueues the pass. Collective.
  void run() { logits_ = work_.run(batch_.global_size); }
  /// Of the last pass, (images of this rank, classes).
  const Tensor& logits() const { return logits_; }

 private:
  Tensor forward();

  DistributedClassifier& classifier_;
  Batch batch_;
  Tensor step_number_;
  RecordedWork work_;
  Tensor logits_;
};

}  // namespace switchyard
