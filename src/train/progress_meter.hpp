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
  explicit ProgressMeter(std::int64_t total_images);

  void add(std::int64_t images) { done_ += images; }
  /// `sums`: of the epoch so far.
  std::string line(int epoch, int epochs, std::int64_t batch, std::int64_t batches,
                   const MetricSums& sums) const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t total_;
  std::int64_t done_ = 0;
};

}  // namespace switchyard
