#pragma once
// What few values tell of the median of what they are drawn from.

#include <span>

namespace switchyard {

struct MedianInterval {
  double low = 0;
  double high = 0;
  double confidence = 0;  ///< least probability that it holds the median
};

/// The narrowest pair of order statistics x_(l), x_(n+1-l) between which the median of whatever
/// the values are drawn from lies with probability `confidence` or more, 1 - 2 P(Bin(n, 1/2) < l):
/// no distribution is assumed, only that values are independent (David and Nagaraja, Order
/// Statistics, 3rd ed., 7.1). Too few values for that (below 6 for 0.95) give their whole range and
/// the confidence that it has. At least one value.
MedianInterval median_interval(std::span<const double> values, double confidence = 0.95);

}  // namespace switchyard
