#pragma once
// What the ranks tell one another about a training step, and what the host learns of it.
//
// One row of f64: for each rank 1 if its loss is not finite, the number of ranks asked to stop, the
// metric sums; all added up over the ranks. Behind it what every rank knows anyway: the balance
// losses and the gradient's norm.

#include <memory>
#include <span>
#include <vector>

#include "parallel/distributed_classifier.hpp"
#include "train/metric_sums.hpp"

namespace switchyard {

/// The message under way.
class StepReport {
 public:
  /// `share` (1): this rank's of the objective; `stop` f64 (1): 1 where it was asked to stop;
  /// `sums`: those of measure(). Collective.
  StepReport(DistributedClassifier& classifier, const Tensor& share, const Tensor& stop,
             const Tensor& sums);

  /// Lets the message make progress.
  void progress() { request_->test(); }
  /// Lets what is enqueued from now on see the sums over ranks.
  void finish() { request_->wait(); }
  /// f64 (1): how many ranks have a loss that is not finite. After finish().
  Tensor failures() const;
  /// The whole report, f64 (1, n). `balance` and `grad_norm` are (1). After finish().
  Tensor with(const Tensor& balance, const Tensor& grad_norm) const;

 private:
  Backend& backend_;
  int ranks_;
  Tensor message_;
  std::unique_ptr<Request> request_;
};

/// A report that has come to the host.
struct StepFindings {
  std::vector<int> not_finite;  ///< ranks
  bool stop_requested = false;  ///< on some rank
  MetricSums sums;
  double balance = 0;
  double grad_norm = 0;
};
StepFindings read_report(std::span<const double> report, int ranks, int experts);

}  // namespace switchyard
