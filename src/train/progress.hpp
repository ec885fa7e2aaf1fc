#pragma once
// How far a run has come: what a checkpoint holds besides tensors.

#include <cstdint>
#include <string>

#include "train/metric_sums.hpp"

namespace switchyard {

/// The best value of a figure so far, and the first epoch that had it (epochs to threshold).
struct BestEpoch {
  double value = -1;
  int epoch = 0;
  /// True if `candidate` is better than all before.
  bool update(double candidate, int at);
};

struct Progress {
  int epoch = 1;           ///< the one under way, from 1
  std::int64_t batch = 0;  ///< batches of it that are done
  std::int64_t step = 0;   ///< optimizer steps of the whole run
  MetricSums epoch_sums;   ///< of the batches that are done, over all ranks
  double balance_sum = 0;  ///< of the balance losses of those batches, times their samples
  double grad_norm = 0;    ///< of the last step, before clipping; 0 without clipping
  BestEpoch train_accuracy;
  BestEpoch validation_accuracy;

  /// As one JSON object and back; doubles survive exactly.
  std::string to_text() const;
  static Progress from_text(const std::string& text);
};

}  // namespace switchyard
