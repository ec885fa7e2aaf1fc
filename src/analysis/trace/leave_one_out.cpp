#include "analysis/trace/leave_one_out.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

namespace switchyard {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd dense(const Columns& columns, Index rows) {
  MatrixXd matrix = MatrixXd::Zero(rows, std::ssize(columns));
  for (Index j = 0; j < matrix.cols(); ++j)
    for (Index i = 0; i < std::ssize(columns[j]); ++i) matrix(i, j) = columns[j][i];
  return matrix;
}

// Columns of R that added a row, and those that depend on them.
struct Dependence {
  std::vector<Index> independent, dependent;
};

Dependence dependence_of(const Columns& r) {
  Dependence result;
  for (Index j = 0; j < std::ssize(r); ++j) {
    bool adds = std::ssize(r[j]) > std::ssize(result.independent);
    (adds ? result.independent : result.dependent).push_back(j);
  }
  return result;
}

// Column i is s_i.
MatrixXd missing_directions(const Columns& columns, const MatrixXd& r) {
  constexpr double kRounding = 64 * std::numeric_limits<double>::epsilon();
  MatrixXd s = MatrixXd::Zero(r.rows(), r.cols());
  auto [independent, dependent] = dependence_of(columns);
  const MatrixXd basis = r(Eigen::all, independent);
  const auto triangle = basis.triangularView<Eigen::Upper>();
  const MatrixXd shares = triangle.solve(MatrixXd(r(Eigen::all, dependent)));
  const MatrixXd duals = triangle.transpose().solve(MatrixXd::Identity(r.rows(), r.rows()));
  for (Index k = 0; k < r.rows(); ++k) {
    Index i = independent[k];
    bool replaceable = false;
    for (Index d = 0; d < shares.cols(); ++d)
      replaceable |=
          std::abs(shares(k, d)) * r.col(i).norm() > kRounding * r.col(dependent[d]).norm();
    if (!replaceable) s.col(i) = duals.col(k).normalized();
  }
  return s;
}

// Of a vector that is taken out of the basis, in coordinates of Q.
struct Direction {
  VectorXd s, hs;  ///< H s
};

// Estimates by single probes with any basis that lacks some directions of Q.
class ProbeEstimates {
 public:
  explicit ProbeEstimates(const XTraceMatrices& matrices)
      : h_(dense(matrices.h, std::ssize(matrices.h)).selfadjointView<Eigen::Upper>()),
        w_(dense(matrices.w, h_.rows())),
        r_(dense(matrices.r, h_.rows())),
        hw_(h_ * w_) {
    const bool complete = h_.rows() == matrices.dimension;
    s_ = complete ? MatrixXd::Zero(r_.rows(), r_.cols()) : missing_directions(matrices.r, r_);
    hs_ = h_ * s_;
  }

  Index probes() const { return r_.cols(); }

  double without(Index i) const { return estimate(i, {{s_.col(i), hs_.col(i)}}); }

  // Without the directions that only probes i and j found.
  double without(Index i, Index j) const {
    const double along = s_.col(i).dot(s_.col(j));
    Direction second{s_.col(j) - along * s_.col(i), hs_.col(j) - along * hs_.col(i)};
    const double length = second.s.norm();
    constexpr double kSame = 1e-12;
    if (length <= kSame) return without(i);
    return estimate(i, {{s_.col(i), hs_.col(i)}, {second.s / length, second.hs / length}});
  }

 private:
  double estimate(Index i, const std::vector<Direction>& taken_out) const {
    VectorXd x = w_.col(i), hx = hw_.col(i);
    double known = h_.trace();
    for (const Direction& direction : taken_out) {
      const double along = direction.s.dot(w_.col(i));
      x -= along * direction.s;
      hx -= along * direction.hs;
      known -= direction.s.dot(direction.hs);
    }
    return known + w_.col(i).dot(r_.col(i)) - 2 * x.dot(r_.col(i)) + x.dot(hx);
  }

  MatrixXd h_, w_, r_, hw_, s_, hs_;
};

// Of the estimator without each probe.
double jackknife_error(const ProbeEstimates& estimates) {
  const Index m = estimates.probes();
  VectorXd without(m);
  for (Index j = 0; j < m; ++j) {
    double sum = 0;
    for (Index i = 0; i < m; ++i)
      if (i != j) sum += estimates.without(i, j);
    without[j] = sum / static_cast<double>(m - 1);
  }
  const double spread = (without.array() - without.mean()).matrix().norm();
  return spread * std::sqrt(static_cast<double>(m - 1) / static_cast<double>(m));
}

}  // namespace

LeaveOneOut leave_one_out(const XTraceMatrices& matrices) {
  const ProbeEstimates estimates(matrices);
  LeaveOneOut result;
  for (Index i = 0; i < estimates.probes(); ++i) result.samples.push_back(estimates.without(i));
  if (estimates.probes() > 1) result.standard_error = jackknife_error(estimates);
  return result;
}

}  // namespace switchyard
