#include "train/events/histogram.hpp"

#include <algorithm>
#include <limits>

#include "train/events/wire_format.hpp"

namespace switchyard {
namespace {

constexpr double kSmallest = 1e-12, kLargest = 1e20, kFactor = 1.1;

std::vector<double> make_limits() {
  std::vector<double> positive;
  for (double limit = kSmallest; limit < kLargest; limit *= kFactor) positive.push_back(limit);
  positive.push_back(std::numeric_limits<double>::max());
  std::vector<double> limits;
  for (auto limit = positive.rbegin(); limit != positive.rend(); ++limit) limits.push_back(-*limit);
  limits.push_back(0);
  limits.insert(limits.end(), positive.begin(), positive.end());
  return limits;
}

const std::vector<double>& limits() {
  static const std::vector<double> all = make_limits();
  return all;
}

}  // namespace

Histogram::Histogram()
    : counts_(limits().size()),
      minimum_(std::numeric_limits<double>::max()),
      maximum_(-std::numeric_limits<double>::max()) {}

void Histogram::add(std::span<const double> values) {
  for (double value : values) {
    const auto bucket = std::ranges::upper_bound(limits(), value) - limits().begin();
    ++counts_[std::min(static_cast<std::size_t>(bucket), counts_.size() - 1)];
    minimum_ = std::min(minimum_, value);
    maximum_ = std::max(maximum_, value);
    sum_ += value;
    squares_ += value * value;
  }
  count_ += static_cast<double>(values.size());
}

std::string Histogram::message() const {
  std::vector<double> ends, counts;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const bool goes_on = counts_[i] == 0 && !counts.empty() && counts.back() == 0;
    if (goes_on) {
      ends.back() = limits()[i];
      continue;
    }
    ends.push_back(limits()[i]);
    counts.push_back(counts_[i]);
  }
  return WireMessage()
      .real(1, minimum_)
      .real(2, maximum_)
      .real(3, count_)
      .real(4, sum_)
      .real(5, squares_)
      .reals(6, ends)
      .reals(7, counts)
      .text();
}

}  // namespace switchyard
