#pragma once
// One optimizer step: forward, backward with overlapped gradient sums, one message of metrics and
// status, update. The host only enqueues it, and learns what came of it a step later.

#include <memory>
#include <optional>

#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/gradient_sync.hpp"
#include "train/batch_source.hpp"
#include "train/metric_sums.hpp"
#include "train/recorded_work.hpp"
#include "train/sgd.hpp"
#include "train/step_report.hpp"

namespace switchyard {

struct StepInput {
  BatchShare share;    ///< of the batch that the source has announced
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

struct StepOptions {
  ObjectiveConfig objective = {};
  double clip_norm = 0;   ///< 0: gradients are not clipped
  bool recorded = false;  ///< steps are recorded, but for what ranks exchange, and replayed
};

class TrainingStep {
 public:
  /// The references must outlive this.
  TrainingStep(DistributedClassifier& classifier, Sgd& sgd, BatchSource& batches,
               const StepOptions& options);

  /// Enqueues a step and gives the result of the one before, if there was one that has not been
  /// collected. A loss or gradient norm that is not finite is an Error on all ranks, naming step
  /// and ranks: nothing is updated by that step or any after it. Collective.
  std::optional<StepResult> run(const StepInput& input);
  /// Waits for the last step and gives its result, unless it has been collected. Collective.
  std::optional<StepResult> collect();

  /// False once there was no memory to record steps in.
  bool recorded() const { return work_.recording(); }

  /// Does what a step does but for the update, to see how much memory it takes. No step must
  /// follow.
  void rehearse();

 private:
  struct Pending {
    std::unique_ptr<HostCopy> report;
    std::int64_t length;
    std::uint64_t step;
  };

  Tensor work();
  Batch make_batch();
  Objective measure_objective(const ForwardContext& context, const HeadOutput& output,
                              const Batch& batch);
  StepReport start_report(const Objective& objective, const HeadOutput& output, const Batch& batch);
  GradientClip clip();
  int experts();

  DistributedClassifier& classifier_;
  Sgd& sgd_;
  BatchSource& batches_;
  StepOptions options_;
  GradientSync gradients_;
  Tensor step_;           ///< (1) i64
  Tensor learning_rate_;  ///< (1) f64
  Tensor stop_;           ///< (1) f64: 1 where this rank was asked to stop
  Tensor failures_;       ///< (1) f64, 0 as long as every step was finite: guards the updates
  std::optional<Pending> pending_;
  RecordedWork work_;
};

}  // namespace switchyard
