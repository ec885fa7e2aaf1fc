// What is estimated of a model's curvature, against the dense matrix of all columns.

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "analysis/curvature_subject.hpp"
#include "analysis/lanczos.hpp"
#include "analysis/stochastic_lanczos.hpp"
#include "analysis/trace/hutchinson.hpp"
#include "analysis/trace/xtrace.hpp"

namespace switchyard::test {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::int64_t kSamples = 7;
constexpr int kBlock = 16;

// The head, the last stage's normalisation and the stem: some 200 coordinates.
bool some(const std::string& name) {
  return name.starts_with("head.") || name.starts_with("backbone.layer4.1.bn") ||
         name.starts_with("backbone.conv1") || name.starts_with("backbone.bn1");
}

class DenseCurvature : public ::testing::TestWithParam<CurvatureCase> {
 protected:
  void SetUp() override {
    for (std::size_t s = 0; s < space().segments().size(); ++s)
      for (std::int64_t i = 0; i < space().segments()[s].size; ++i) {
        places_.push_back(space().offset(s) + i);
        in_head_.push_back(space().segments()[s].name.starts_with("head."));
      }
    dense_ = all_columns();
    eigen_.compute(dense_);
  }

  VectorSpace& space() { return subject_.space.vectors(); }
  Eigen::Index dimension() const { return std::ssize(places_); }

  VectorXd entries(const Tensor& x) const {
    VectorXd result(dimension());
    for (Eigen::Index i = 0; i < dimension(); ++i) result[i] = x.data<double>()[places_[i]];
    return result;
  }

  MatrixXd all_columns() {
    MatrixXd columns(dimension(), dimension());
    for (Eigen::Index first = 0; first < dimension(); first += kBlock) {
      const Eigen::Index last = std::min<Eigen::Index>(first + kBlock, dimension());
      std::vector<Tensor> units;
      for (Eigen::Index i = first; i < last; ++i) {
        units.push_back(space().zeros());
        units.back().data<double>()[places_[i]] = 1;
      }
      const std::vector<Tensor> products = matrix_.apply(units);
      for (Eigen::Index i = first; i < last; ++i) columns.col(i) = entries(products[i - first]);
    }
    return columns;
  }

  double largest() const { return eigen_.eigenvalues().cwiseAbs().maxCoeff(); }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self_ = make_self_communicator();
  CurvatureSubject subject_{*backend_, *self_, GetParam(), 1, some};
  CurvatureOperator matrix_ =
      subject_.over({tiny_batch(*backend_, 0, kSamples, kSamples)}, GetParam(), kBlock);
  std::vector<std::int64_t> places_;  ///< in the flat tensor, of each coordinate
  std::vector<bool> in_head_;
  MatrixXd dense_;
  Eigen::SelfAdjointEigenSolver<MatrixXd> eigen_;
};

TEST_P(DenseCurvature, HasTheSpectrumThatLanczosFinds) {
  ASSERT_GT(dimension(), 100);
  EXPECT_LT((dense_ - dense_.transpose()).norm(), 1e-12 * dense_.norm());
  // Gauss-Newton's eigenvalue 0 is repeated, and found once.
  const bool definite = GetParam().matrix == CurvatureMatrix::gauss_newton;
  const int lowest = definite ? 1 : 2;
  LanczosOptions options;
  options.wanted = {.largest = 5, .smallest = lowest, .tolerance = 1e-9, .floor = 1e-2};
  options.max_iterations = static_cast<int>(dimension());
  Lanczos lanczos(matrix_, options);
  while (!lanczos.done()) lanczos.step();
  ASSERT_TRUE(lanczos.converged());
  const RitzValues& ritz = lanczos.ritz();
  for (int i = 0; i < 5; ++i)
    EXPECT_NEAR(ritz.largest[i].value, eigen_.eigenvalues()[dimension() - 1 - i], 1e-8 * largest())
        << i;
  for (int i = 0; i < lowest; ++i)
    EXPECT_NEAR(ritz.smallest[i].value, eigen_.eigenvalues()[i], 1e-8 * largest()) << i;
  if (definite) {
    EXPECT_GT(eigen_.eigenvalues()[0], -1e-12 * largest());
  }
}

TEST_P(DenseCurvature, HasTheTraceThatIsEstimated) {
  const TraceOptions options{.max_probes = 48, .rel_error = 0};
  const TraceEstimate sharp = xtrace(matrix_, options);
  EXPECT_NEAR(sharp.trace, dense_.trace(), 3 * sharp.standard_error);
  EXPECT_LT(sharp.standard_error, 0.05 * eigen_.eigenvalues().cwiseAbs().sum());

  SegmentGroups groups{.group_of = {}, .count = 2};
  for (const VectorSegment& segment : space().segments())
    groups.group_of.push_back(segment.name.starts_with("head.") ? 0 : 1);
  HutchinsonSamples samples;
  const TraceEstimate plain = hutchinson(matrix_, options, samples, groups);
  EXPECT_NEAR(plain.trace, dense_.trace(), 3 * plain.standard_error);
  double traces[2] = {0, 0};
  for (Eigen::Index i = 0; i < dimension(); ++i) traces[in_head_[i] ? 0 : 1] += dense_(i, i);
  for (int g = 0; g < 2; ++g) {
    const auto [mean, error] = sample_mean(samples.by_group[g]);
    EXPECT_NEAR(mean, traces[g], 3 * error) << g;
    EXPECT_GT(error, 0) << g;
  }
}

TEST_P(DenseCurvature, HasTheMomentsThatQuadratureFinds) {
  const int probes = 3, steps = 6, highest = 5;
  std::vector<QuadratureRule> rules;
  stochastic_lanczos(matrix_, {.probes = probes, .steps = steps, .seed = 2}, rules);
  const std::vector<SampleMean> found = spectral_moments(rules, highest);
  std::vector<double> expected(highest);
  for (int probe = 0; probe < probes; ++probe) {
    const VectorXd v = entries(space().random(RandomEntries::rademacher, 2, probe));
    VectorXd power = v;
    for (double& moment : expected) {
      power = dense_ * power;
      moment += v.dot(power) / static_cast<double>(dimension() * probes);
    }
  }
  for (int k = 0; k < highest; ++k)
    EXPECT_NEAR(found[k].mean, expected[k], 1e-10 * std::pow(largest(), k + 1)) << k;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DenseCurvature,
    ::testing::Values(
        CurvatureCase{HeadKind::dense, NormStatistics::batch, CurvatureMatrix::hessian, 1},
        CurvatureCase{HeadKind::soft_moe, NormStatistics::batch, CurvatureMatrix::hessian, 1},
        CurvatureCase{HeadKind::sparse_moe, NormStatistics::running, CurvatureMatrix::hessian, 1},
        CurvatureCase{HeadKind::hard_moe, NormStatistics::batch, CurvatureMatrix::hessian, 1},
        CurvatureCase{HeadKind::dense, NormStatistics::running, CurvatureMatrix::gauss_newton, 1},
        CurvatureCase{HeadKind::sparse_moe, NormStatistics::batch, CurvatureMatrix::gauss_newton,
                      1}),
    [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace switchyard::test
