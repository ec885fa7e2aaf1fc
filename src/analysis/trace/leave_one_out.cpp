#include "analysis/trace/leave_one_out.hpp"

#include <Eigen/Dense>
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

}  // namespace

std::vector<double> leave_one_out_estimates(const XTraceMatrices& matrices) {
  const Index rank = std::ssize(matrices.h), probes = std::ssize(matrices.r);
  const MatrixXd h = MatrixXd(dense(matrices.h, rank).selfadjointView<Eigen::Upper>());
  const MatrixXd w = dense(matrices.w, rank), r = dense(matrices.r, rank);
  const bool complete = rank == matrices.dimension;
  const MatrixXd s = complete ? MatrixXd::Zero(rank, probes) : missing_directions(matrices.r, r);
  std::vector<double> estimates;
  for (Index i = 0; i < probes; ++i) {
    const VectorXd x = w.col(i) - s.col(i) * s.col(i).dot(w.col(i));
    const double known = h.trace() - s.col(i).dot(h * s.col(i));
    const double rest = w.col(i).dot(r.col(i)) - 2 * x.dot(r.col(i)) + x.dot(h * x);
    estimates.push_back(known + rest);
  }
  return estimates;
}

}  // namespace switchyard
