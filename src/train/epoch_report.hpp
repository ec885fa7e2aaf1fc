#pragma once
// What a run says about its epochs: one JSON line each, and the summary.

#include <cstdint>
#include <string>
#include <string_view>

#include "train/metric_sums.hpp"
#include "train/progress.hpp"

namespace switchyard {

struct EpochRecord {
  int epoch = 0;  ///< from 1
  std::int64_t step = 0;
  double learning_rate = 0;  ///< of the epoch's last step
  double balance = 0;        ///< weighted balance losses, mean over the epoch's samples
  double grad_norm = 0;      ///< of the last step, before clipping; 0 without clipping
  MetricSums train;
  MetricSums validation;
  // Not part of what repeats from run to run:
  double train_seconds = 0;
  double validation_seconds = 0;
  std::int64_t trained_images = 0;  ///< since the process started; fewer than the epoch's after a
                                    ///< resume in its midst
  std::string device;               ///< of rank 0
  std::size_t peak_bytes = 0;       ///< of rank 0's tensors
  std::size_t reserved_bytes = 0;   ///< taken from rank 0's device; 0 where nobody counts them

  double images_per_second() const {
    return train_seconds > 0 ? static_cast<double>(trained_images) / train_seconds : 0;
  }
};

/// One line of metrics.jsonl. What varies from run to run stands under "time".
std::string metrics_line(const EpochRecord& record);

struct RunSummary {
  std::string head;
  int epochs = 0;
  BestEpoch train_accuracy;  ///< maximum and epochs to it (the paper's Table II)
  BestEpoch validation_accuracy;
  MetricSums test;  ///< of the checkpoint of the best validation accuracy
  std::int64_t parameters = 0;
};

/// {"split": name, "samples": n, "loss": ..., "accuracy": ..., "routing": {...}} on one line.
std::string figures_line(std::string_view split, MetricSums sums);

std::string summary_json(const RunSummary& summary);
/// The same as a short table for people.
std::string summary_table(const RunSummary& summary);

}  // namespace switchyard
