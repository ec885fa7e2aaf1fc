#pragma once
// The line that tells where a run stands: epoch, step, loss, accuracy, speed, time to go.

#include <chrono>
#include <cstdint>
#include <string>

#include "train/metric_sums.hpp"

namespace switchyard {

class ProgressMeter {
 public:
  /// `total_images`: still to be trained on in this process.
  explicit ProgressMeter(std::int64_t total_images) : total_(total_images) {}

  /// Speed counts from here: what lies between epochs is not training.
  void start_epoch();
  void add(std::int64_t images);
  /// `sums`: of the epoch so far.
  std::string line(int epoch, int epochs, std::int64_t batch, std::int64_t batches,
                   const MetricSums& sums) const;

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
  Clock::time_point epoch_start_ = start_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::int64_t epoch_done_ = 0;
};

}  // namespace switchyard
