#pragma once
// How times are distributed.

#include <optional>
#include <vector>

namespace switchyard {

struct Quantiles {
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  double mean = 0;
};

/// Linear between order statistics (type 7 of Hyndman and Fan 1996). `values` are not none, `q` in
/// [0, 1].
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);
double mean(const std::vector<double>& values);

/// `values` are not none.
Quantiles quantiles_of(const std::vector<double>& values);

/// a / b; nothing where b is 0.
std::optional<double> ratio(double a, double b);

}  // namespace switchyard
