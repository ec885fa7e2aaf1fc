// What all estimators of a trace share: exact where they must be, their stopping rule, and the same
// on every grid.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/trace/estimate_trace.hpp"
#include "support/cosine_matrix.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kReplicated = 19;
const std::vector<int> kExperts = {11, 3, 7};
constexpr int kDimension = 40;

std::vector<double> decaying(int n) {
  std::vector<double> eigenvalues;
  for (int k = 0; k < n; ++k) eigenvalues.push_back((k % 3 == 2 ? -0.3 : 1.0) / (1 + k));
  return eigenvalues;
}

double trace_of(const std::vector<double>& eigenvalues) {
  return std::accumulate(eigenvalues.begin(), eigenvalues.end(), 0.0);
}

class Estimators : public ::testing::TestWithParam<TraceMethod> {
 protected:
  TraceEstimate estimate(SymmetricOperator& a, const TraceOptions& options = {}) {
    seen_.clear();
    return estimate_trace(GetParam(), a, options,
                          [&](const TraceEstimate& now) { seen_.push_back(now); });
  }
  DenseOperator of_spectrum(const std::vector<double>& eigenvalues, int block = 1) {
    return {split_, cosine_matrix(eigenvalues), block};
  }
  bool has_basis() const { return GetParam() != TraceMethod::hutchinson; }

  SplitSpace split_{world(), DType::f64, kReplicated, kExperts};
  std::vector<TraceEstimate> seen_;
};

TEST_P(Estimators, KnowTheTraceOfNothing) {
  DenseOperator zero(split_, std::vector<double>(kDimension * kDimension));
  const TraceEstimate of_zero = estimate(zero);
  EXPECT_EQ(of_zero.trace, 0);
  EXPECT_EQ(of_zero.standard_error, 0);
  EXPECT_TRUE(of_zero.converged);
}

TEST_P(Estimators, RefuseProductsThatAreNotFinite) {
  std::vector<double> matrix(kDimension * kDimension);
  matrix.front() = std::numeric_limits<double>::infinity();
  DenseOperator a(split_, matrix);
  EXPECT_TRUE(contains(error_text(ExitCode::run_failed, [&] { estimate(a); }), "not finite"));
}

TEST_P(Estimators, KnowTheTraceOfOneNumber) {
  SplitSpace one(world(), DType::f64, 1, {});
  DenseOperator number(one, {-2.5}, 3);
  const TraceEstimate estimated = estimate(number);
  EXPECT_NEAR(estimated.trace, -2.5, 1e-14);
  EXPECT_LT(estimated.standard_error, 1e-14);
  EXPECT_TRUE(estimated.converged);
}

TEST_P(Estimators, AreExactOnLowRankWhereTheyHaveABasis) {
  if (!has_basis()) GTEST_SKIP() << "random signs alone do not find a range";
  std::vector<double> eigenvalues(kDimension);
  for (int k : {0, 3, 4, 17, 39}) eigenvalues[k] = k % 2 ? -1.5 - k : 2.0 + k;
  for (int block : {1, 4}) {
    DenseOperator a = of_spectrum(eigenvalues, block);
    const TraceEstimate estimated = estimate(a, {.max_probes = 34});
    EXPECT_NEAR(estimated.trace, trace_of(eigenvalues), 1e-11);
    EXPECT_LT(estimated.standard_error, 1e-11);
    EXPECT_TRUE(estimated.converged);
  }
}

TEST_P(Estimators, AreExactWithABasisOfTheWholeSpace) {
  if (!has_basis()) GTEST_SKIP() << "no basis";
  DenseOperator a = of_spectrum(decaying(kDimension), 7);
  const TraceEstimate estimated = estimate(a, {.max_probes = 90, .rel_error = 0});
  EXPECT_NEAR(estimated.trace, trace_of(decaying(kDimension)), 1e-12);
  EXPECT_LT(estimated.standard_error, 1e-12);
  EXPECT_TRUE(estimated.converged);
  EXPECT_LT(estimated.probes, 90);
}

TEST_P(Estimators, StopAsSoonAsTheErrorIsMet) {
  SplitSpace wide(world(), DType::f64, 120, {});
  DenseOperator a(wide, cosine_matrix(decaying(120)), 4);
  const TraceOptions loose{.max_probes = 80, .rel_error = 0.1};
  const TraceEstimate estimated = estimate(a, loose);
  ASSERT_TRUE(estimated.converged);
  EXPECT_LT(estimated.probes, 80);
  EXPECT_LE(estimated.standard_error, 0.1 * std::abs(estimated.trace));
  EXPECT_EQ(seen_.back().samples, estimated.samples);
  for (std::size_t i = 0; i + 1 < seen_.size(); ++i) {
    const bool enough = seen_[i].samples.size() >= 16;
    EXPECT_TRUE(!enough || seen_[i].standard_error > 0.1 * std::abs(seen_[i].trace)) << i;
  }
}

TEST_P(Estimators, TakeAllProbesWhereTheErrorIsNotMet) {
  DenseOperator a = of_spectrum(decaying(kDimension), 8);
  const TraceEstimate estimated = estimate(a, {.max_probes = 21, .rel_error = 0});
  EXPECT_EQ(estimated.probes, 21);
  EXPECT_FALSE(estimated.converged);
  EXPECT_GT(estimated.standard_error, 0);
  EXPECT_EQ(estimated.products, a.products());
  EXPECT_NEAR(estimated.trace, trace_of(decaying(kDimension)), 5 * estimated.standard_error);
}

TEST_P(Estimators, DoNotDependOnTheBlock) {
  DenseOperator one = of_spectrum(decaying(kDimension), 1);
  DenseOperator seven = of_spectrum(decaying(kDimension), 7);
  const TraceOptions options{.max_probes = 26, .rel_error = 0, .seed = 3};
  const TraceEstimate a = estimate(one, options), b = estimate(seven, options);
  ASSERT_EQ(a.samples.size(), b.samples.size());
  for (std::size_t i = 0; i < a.samples.size(); ++i)
    EXPECT_NEAR(a.samples[i], b.samples[i], 1e-12) << i;
  EXPECT_EQ(a.products, b.products);
}

TEST_P(Estimators, AreTheSameOnEveryGrid) {
  auto self = make_self_communicator();
  SplitSpace alone(*self, DType::f64, kReplicated, kExperts);
  DenseOperator reference(alone, cosine_matrix(decaying(kDimension)), 4);
  DenseOperator shared = of_spectrum(decaying(kDimension), 4);
  const TraceOptions options{.max_probes = 30, .rel_error = 0, .seed = 9};
  const TraceEstimate expected = estimate(reference, options), found = estimate(shared, options);
  ASSERT_EQ(found.samples.size(), expected.samples.size());
  for (std::size_t i = 0; i < found.samples.size(); ++i)
    EXPECT_NEAR(found.samples[i], expected.samples[i], 1e-11) << i;
  EXPECT_NEAR(found.trace, expected.trace, 1e-11);
  EXPECT_NEAR(found.standard_error, expected.standard_error, 1e-11);
}

TEST_P(Estimators, WorkInSinglePrecision) {
  SplitSpace single(world(), DType::f32, kReplicated, kExperts);
  DenseOperator narrow(single, cosine_matrix(decaying(kDimension)), 4);
  DenseOperator wide = of_spectrum(decaying(kDimension), 4);
  const TraceOptions options{.max_probes = 30, .rel_error = 0, .seed = 9};
  const TraceEstimate expected = estimate(wide, options), found = estimate(narrow, options);
  EXPECT_NEAR(found.trace, expected.trace, 1e-5);
  EXPECT_NEAR(found.standard_error, expected.standard_error, 1e-5);
}

TEST_P(Estimators, RefuseWhatCannotBe) {
  DenseOperator a = of_spectrum(decaying(kDimension));
  auto text = [&](const TraceOptions& options) {
    return error_text(ExitCode::bad_usage, [&] { estimate(a, options); });
  };
  EXPECT_TRUE(contains(text({.max_probes = 1}), "1 probes"));
  EXPECT_TRUE(contains(text({.rel_error = -0.5}), "cannot be -0.5"));
  EXPECT_TRUE(contains(text({.rel_error = std::nan("")}), "cannot be nan"));
  EXPECT_EQ(a.products(), 0);
}

INSTANTIATE_TEST_SUITE_P(Methods, Estimators,
                         ::testing::Values(TraceMethod::hutchinson, TraceMethod::hutchpp,
                                           TraceMethod::xtrace),
                         [](const auto& info) {
                           return std::string(name_of(info.param, trace_method_choices));
                         });

}  // namespace
}  // namespace switchyard::test
