// Hutchinson's samples: resumed, and split over groups.

#include "analysis/trace/hutchinson.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/cosine_matrix.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kReplicated = 12;
const std::vector<int> kExperts = {5, 8, 3};
constexpr int kDimension = 28;

class HutchinsonTest : public ::testing::Test {
 protected:
  // 0 the first third of what is replicated, 1 the experts 0 and 2, none the others.
  SegmentGroups groups() {
    SegmentGroups groups{.group_of = {}, .count = 2};
    for (const VectorSegment& segment : split_.vectors().segments())
      groups.group_of.push_back(segment.name == "stem"                                   ? 0
                                : segment.name == "expert0" || segment.name == "expert2" ? 1
                                                                                         : -1);
    return groups;
  }
  // Of the diagonal entries of a matrix.
  std::vector<double> group_traces(const std::vector<double>& matrix) {
    std::vector<double> traces(2);
    for (int i = 0; i < kDimension; ++i) {
      const bool expert0 = i >= 12 && i < 17, expert2 = i >= 25;
      if (i < 4) traces[0] += matrix[i * kDimension + i];
      if (expert0 || expert2) traces[1] += matrix[i * kDimension + i];
    }
    return traces;
  }

  SplitSpace split_{world(), DType::f64, kReplicated, kExperts};
  std::vector<double> matrix_ = dense_matrix(
      kDimension, [](int i, int j) { return std::cos(i + j) / (1 + std::abs(i - j)); });
};

TEST_F(HutchinsonTest, HasNoVarianceOnADiagonalMatrix) {
  const auto diagonal =
      dense_matrix(kDimension, [](int i, int j) { return i == j ? std::sin(1.0 + i) : 0.0; });
  double trace = 0;
  for (int i = 0; i < kDimension; ++i) trace += std::sin(1.0 + i);
  DenseOperator a(split_, diagonal);
  HutchinsonSamples samples;
  const TraceEstimate estimate = hutchinson(a, {}, samples, groups());
  EXPECT_EQ(estimate.probes, 16);
  EXPECT_NEAR(estimate.trace, trace, 1e-13);
  EXPECT_LT(estimate.standard_error, 1e-14);
  for (int g = 0; g < 2; ++g) {
    const auto [mean, error] = sample_mean(samples.by_group[g]);
    EXPECT_NEAR(mean, group_traces(diagonal)[g], 1e-13);
    EXPECT_LT(error, 1e-14);
  }
}

TEST_F(HutchinsonTest, FindsTheTraceOfEachGroup) {
  DenseOperator a(split_, matrix_, 5);
  HutchinsonSamples samples;
  hutchinson(a, {.max_probes = 60, .rel_error = 0}, samples, groups());
  for (int g = 0; g < 2; ++g) {
    ASSERT_EQ(samples.by_group[g].size(), 60u);
    const auto [mean, error] = sample_mean(samples.by_group[g]);
    EXPECT_NEAR(mean, group_traces(matrix_)[g], 3 * error);
    EXPECT_GT(error, 1e-3);
    EXPECT_LT(error, 0.5);
  }
}

TEST_F(HutchinsonTest, SamplesAreQuadraticForms) {
  DenseOperator a(split_, matrix_);
  HutchinsonSamples samples;
  hutchinson(a, {.max_probes = 3, .seed = 4}, samples);
  for (int i = 0; i < 3; ++i) {
    const auto v = split_.gather(split_.vectors().random(RandomEntries::rademacher, 4, i));
    double form = 0;
    for (int r = 0; r < kDimension; ++r)
      for (int c = 0; c < kDimension; ++c) form += v[r] * matrix_[r * kDimension + c] * v[c];
    EXPECT_NEAR(samples.whole[i], form, 1e-12);
  }
}

TEST_F(HutchinsonTest, GoesOnWhereItWasStopped) {
  DenseOperator a(split_, matrix_, 4);
  const TraceOptions options{.max_probes = 42, .rel_error = 0, .seed = 7};
  HutchinsonSamples whole, stopped;
  const TraceEstimate expected = hutchinson(a, options, whole, groups());
  auto stop = [](const TraceEstimate& now) {
    if (now.probes == 16) fail_everywhere(ExitCode::requeue_me, "stopped");
  };
  EXPECT_EQ(
      error_text(ExitCode::requeue_me, [&] { hutchinson(a, options, stopped, groups(), stop); }),
      "stopped");
  ASSERT_EQ(stopped.whole.size(), 16u);
  const int before = a.products();
  const TraceEstimate resumed = hutchinson(a, options, stopped, groups());
  EXPECT_EQ(a.products() - before, 42 - 16);
  EXPECT_EQ(stopped.whole, whole.whole);
  EXPECT_EQ(stopped.by_group, whole.by_group);
  EXPECT_EQ(resumed.trace, expected.trace);
  EXPECT_EQ(resumed.standard_error, expected.standard_error);

  const TraceEstimate finished = hutchinson(a, options, stopped, groups());
  EXPECT_EQ(a.products() - before, 42 - 16);
  EXPECT_EQ(finished.trace, expected.trace);
}

TEST_F(HutchinsonTest, RefusesSamplesOfOtherGroups) {
  DenseOperator a(split_, matrix_);
  HutchinsonSamples samples;
  hutchinson(a, {.max_probes = 3}, samples, groups());
  auto text = [&](const SegmentGroups& groups) {
    return error_text(ExitCode::bad_data, [&] { hutchinson(a, {}, samples, groups); });
  };
  EXPECT_TRUE(contains(text({}), "a trace of 2 groups"));
  samples.by_group[1].pop_back();
  EXPECT_TRUE(contains(text(groups()), "start anew"));
}

}  // namespace
}  // namespace switchyard::test
