#pragma once
// How values are spread, in TensorBoard's buckets.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace switchyard {

/// Buckets end at 0, +-1e-12 * 1.1^n up to 1e20 and +-the largest double, as TensorFlow's do.
class Histogram {
 public:
  Histogram();
  /// Finite values.
  void add(std::span<const double> values);

  double count() const { return count_; }
  /// TensorFlow's message HistogramProto: buckets that are next to each other and empty as one.
  std::string message() const;

 private:
  std::vector<double> counts_;
  double count_ = 0, minimum_, maximum_, sum_ = 0, squares_ = 0;
};

}  // namespace switchyard
