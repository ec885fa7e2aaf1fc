#pragma once
// One optimizer step: forward, backward with overlapped gradient sums, one message of metrics and
// status, update.

#include "data/batch.hpp"
#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/gradient_sync.hpp"
#include "train/metric_sums.hpp"
#include "train/sgd.hpp"

namespace switchyard {

struct StepInput {
  const Batch& batch;
  std::uint64_t step;  ///< key of noise and dropout
  double learning_rate;
  bool stop_requested;  ///< on this rank
};

/// The same on every rank.
struct StepResult {
  MetricSums sums;              ///< over the global batch
  double balance = 0;           ///< weighted balance losses
  double grad_norm = 0;         ///< before clipping; 0 where there is no clipping
  bool stop_requested = false;  ///< on some rank
};

class TrainingStep {
 public:
  /// `clip_norm` 0: gradients are not clipped.
  TrainingStep(DistributedClassifier& classifier, Sgd& sgd, const ObjectiveConfig& objective,
               double clip_norm);

  /// Collective. A loss that is not finite on some rank is an Error on all, naming step and rank,
  /// before anything is updated.
  StepResult run(const StepInput& input);

 private:
  DistributedClassifier& classifier_;
  Sgd& sgd_;
  ObjectiveConfig objective_;
  double clip_norm_;
  GradientSync gradients_;
};

}  // namespace switchyard
