// XTrace and its error against their definitions: for each probe a basis of all other probes'
// products, by Householder's QR decomposition, and explicit projections.

#include "analysis/trace/xtrace.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "support/cosine_matrix.hpp"

namespace switchyard::test {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kDimension = 15;

// An orthonormal basis of the columns' range.
MatrixXd basis_of(const MatrixXd& columns) {
  Eigen::ColPivHouseholderQR<MatrixXd> qr(columns);
  qr.setThreshold(1e-10);
  return MatrixXd(qr.householderQ()).leftCols(qr.rank());
}

double estimate_without(const MatrixXd& a, const MatrixXd& probes, int left_out) {
  MatrixXd others = MatrixXd(a * probes);
  others.col(left_out).setZero();
  const MatrixXd q = basis_of(others);
  const VectorXd rest = probes.col(left_out) - q * (q.transpose() * probes.col(left_out));
  return (q.transpose() * a * q).trace() + rest.dot(a * rest);
}

// The jackknife of the mean of these estimates, from its definition.
double jackknife(const MatrixXd& a, const MatrixXd& probes) {
  const int m = static_cast<int>(probes.cols());
  VectorXd means = VectorXd::Zero(m);
  for (int j = 0; j < m; ++j) {
    MatrixXd others(probes.rows(), m - 1);
    others << probes.leftCols(j), probes.rightCols(m - 1 - j);
    for (int i = 0; i < m - 1; ++i) means[j] += estimate_without(a, others, i) / (m - 1);
  }
  return std::sqrt((m - 1.0) / m) * (means.array() - means.mean()).matrix().norm();
}

struct XTraceCase {
  const char* name;
  int rank;
  int probes;
  int block;
};

class XTraceDefinition : public ::testing::TestWithParam<XTraceCase> {};

TEST_P(XTraceDefinition, IsThatOfEachProbeLeftOut) {
  const auto [name, rank, probes, block] = GetParam();
  std::vector<double> eigenvalues(kDimension);
  for (int k = 0; k < rank; ++k) eigenvalues[k] = std::cos(k) / (1 + k);
  const std::vector<double> entries = cosine_matrix(eigenvalues);
  auto self = make_self_communicator();
  SplitSpace space(*self, DType::f64, kDimension, {});
  DenseOperator a(space, entries, block);
  const TraceEstimate found = xtrace(a, {.max_probes = probes, .rel_error = 0, .seed = 2});

  MatrixXd omega(kDimension, probes);
  for (int i = 0; i < probes; ++i) {
    const auto v = space.gather(space.vectors().random(RandomEntries::rademacher, 2, i));
    omega.col(i) = Eigen::Map<const VectorXd>(v.data(), kDimension);
  }
  const MatrixXd matrix = Eigen::Map<const MatrixXd>(entries.data(), kDimension, kDimension);
  ASSERT_EQ(found.samples.size(), static_cast<std::size_t>(probes));
  for (int i = 0; i < probes; ++i)
    EXPECT_NEAR(found.samples[i], estimate_without(matrix, omega, i), 1e-11) << i;
  EXPECT_EQ(found.products, probes + std::min(rank, probes));
  // With more probes than the rank it is exact.
  EXPECT_NEAR(found.standard_error, probes > rank ? 0 : jackknife(matrix, omega), 1e-11);
}

INSTANTIATE_TEST_SUITE_P(Cases, XTraceDefinition,
                         ::testing::Values(XTraceCase{"Two", 15, 2, 1},
                                           XTraceCase{"OneByOne", 15, 6, 1},
                                           XTraceCase{"InBlocks", 15, 11, 4},
                                           XTraceCase{"AsManyAsTheRank", 5, 5, 2},
                                           XTraceCase{"OneMoreThanTheRank", 5, 6, 3},
                                           XTraceCase{"FarMoreThanTheRank", 3, 9, 9}),
                         [](const auto& info) { return std::string(info.param.name); });

// In floating point numbers the tail of a fast decay is noise; the estimates must not be.
TEST(XTrace, IsAccurateToRoundingOnAFastDecay) {
  std::vector<double> eigenvalues;
  double trace = 0;
  for (int k = 0; k < 60; ++k) {
    eigenvalues.push_back(std::pow(0.2, k));
    trace += eigenvalues.back();
  }
  auto self = make_self_communicator();
  for (DType dtype : {DType::f64, DType::f32}) {
    SplitSpace space(*self, dtype, 60, {});
    DenseOperator a(space, cosine_matrix(eigenvalues), 3);
    const TraceEstimate found = xtrace(a, {.max_probes = 45, .rel_error = 0});
    const double tolerance = dtype == DType::f64 ? 1e-13 : 1e-5;
    EXPECT_NEAR(found.trace, trace, tolerance);
    EXPECT_LT(found.standard_error, tolerance);
  }
}

}  // namespace
}  // namespace switchyard::test
