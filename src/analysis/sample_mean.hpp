#pragma once
// The mean of samples, and how far it may be from the expectation.

#include <span>

namespace switchyard {

struct SampleMean {
  double mean = 0;
  double standard_error = 0;
};

/// The standard error is the sample standard deviation over the square root of the count; infinite
/// for fewer than two samples, which say nothing about their spread. Of no samples the mean is 0.
SampleMean sample_mean(std::span<const double> samples);

}  // namespace switchyard
