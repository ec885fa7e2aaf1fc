#include "analysis/sample_mean.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace switchyard {

SampleMean sample_mean(std::span<const double> samples) {
  auto count = static_cast<double>(samples.size());
  SampleMean result{0, std::numeric_limits<double>::infinity()};
  if (samples.empty()) return result;
  result.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  if (samples.size() == 1) return result;
  double squares = 0;
  for (double sample : samples) squares += (sample - result.mean) * (sample - result.mean);
  result.standard_error = std::sqrt(squares / (count - 1) / count);
  return result;
}

}  // namespace switchyard
