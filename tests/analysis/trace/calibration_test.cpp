// The quoted standard errors against what 100 seeded repetitions are really off by.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "analysis/trace/estimate_trace.hpp"
#include "support/cosine_matrix.hpp"

namespace switchyard::test {
namespace {

constexpr int kDimension = 150;
constexpr int kRepetitions = 100;

struct CalibrationCase {
  TraceMethod method;
  const char* spectrum;
  double decay;      ///< eigenvalues fall as k^-decay
  double rel_error;  ///< 0: all probes
};

// Like a Hessian's: a few large eigenvalues, a long tail, some of either sign.
std::vector<double> eigenvalues(double decay) {
  std::vector<double> values;
  for (int k = 0; k < kDimension; ++k)
    values.push_back((k % 4 == 3 ? -0.3 : 1.0) * std::pow(1 + k, -decay));
  return values;
}

class Calibration : public ::testing::TestWithParam<CalibrationCase> {};

TEST_P(Calibration, ErrorsAreWhatTheyAreSaidToBe) {
  const auto [method, name, decay, rel_error] = GetParam();
  const std::vector<double> spectrum = eigenvalues(decay);
  const double trace = std::accumulate(spectrum.begin(), spectrum.end(), 0.0);
  auto self = make_self_communicator();
  SplitSpace space(*self, DType::f64, kDimension, {});
  DenseOperator a(space, cosine_matrix(spectrum), 8);

  int within_three = 0;
  double squares = 0, quoted_squares = 0;
  for (int seed = 0; seed < kRepetitions; ++seed) {
    const TraceEstimate found = estimate_trace(method, a,
                                               {.max_probes = rel_error > 0 ? 120 : 30,
                                                .rel_error = rel_error,
                                                .seed = static_cast<std::uint64_t>(seed)});
    const double error = found.trace - trace;
    if (std::abs(error) <= 3 * found.standard_error) ++within_three;
    squares += error * error;
    quoted_squares += found.standard_error * found.standard_error;
  }
  EXPECT_GE(within_three, 95);
  const double ratio = std::sqrt(quoted_squares / squares);
  EXPECT_GT(ratio, 0.75);
  // The jackknife's is too large rather than too small.
  EXPECT_LT(ratio, method == TraceMethod::xtrace ? 3 : 1.35);
}

std::string title(const ::testing::TestParamInfo<CalibrationCase>& info) {
  return std::string(name_of(info.param.method, trace_method_choices)) + info.param.spectrum;
}

std::vector<CalibrationCase> cases() {
  std::vector<CalibrationCase> all;
  for (TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutchpp, TraceMethod::xtrace}) {
    all.push_back({method, "Slow", 0.5, 0});
    all.push_back({method, "Fast", 2, 0});
    all.push_back({method, "Stopped", 1, 0.05});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Methods, Calibration, ::testing::ValuesIn(cases()), title);

}  // namespace
}  // namespace switchyard::test
