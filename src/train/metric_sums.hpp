#pragma once
// What is measured of samples: sums, so that batches and ranks add up; and what follows from them.

#include <cstdint>
#include <span>
#include <vector>

#include "model/classifier.hpp"

namespace switchyard {

/// Sums over some samples. All in double, in one flat order for exchange and checkpoints.
class MetricSums {
 public:
  /// `experts` 0 for heads without any.
  explicit MetricSums(int experts = 0);
  /// From their flat order.
  MetricSums(int experts, std::span<const double> values);

  double samples() const { return values_[0]; }
  double& samples() { return values_[0]; }
  double& cross_entropy() { return values_[1]; }
  double& correct() { return values_[2]; }
  double& gate_entropy() { return values_[3]; }         ///< nats, of each sample's routing weights
  double* probability() { return values_.data() + 4; }  ///< (E) sums of routing weights
  double* assigned() { return probability() + experts_; }  ///< (E) samples sent to each expert

  int experts() const { return experts_; }
  std::vector<double>& values() { return values_; }
  const std::vector<double>& values() const { return values_; }
  void add(const MetricSums& other);

 private:
  int experts_;
  std::vector<double> values_;
};

/// How many numbers such sums are.
inline std::int64_t count_of_sums(int experts) {
  return 4 + 2 * std::int64_t{experts};
}

/// Measures a batch's forward pass on this rank's samples: sums in their flat order, f64 (1,
/// count). `labels` (n) i32; `cross_entropy_sum` (1) over them.
Tensor measure(Backend& backend, const HeadOutput& output, const Tensor& labels,
               const Tensor& cross_entropy_sum);

/// Figures of a set of samples, from its sums.
struct Figures {
  double loss = 0;                  ///< mean cross-entropy
  double accuracy = 0;              ///< share in [0, 1]
  double gate_entropy = 0;          ///< nats, mean over samples
  std::vector<double> utilisation;  ///< mean routing weight of each expert
  std::vector<double> load;         ///< samples sent to each expert, over samples
  double utilisation_cv = 0;        ///< population deviation / mean
  double load_cv = 0;
  double load_max_over_mean = 0;
  std::vector<int> dead_experts;  ///< those with a share of the load below 0.1 / E
};
Figures figures_of(MetricSums sums);

}  // namespace switchyard
